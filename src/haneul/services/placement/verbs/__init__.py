"""What may be asked of placement, one file per noun."""
