"""What browsers ask for, one file per noun."""
