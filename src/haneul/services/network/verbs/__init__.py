"""What a caller may ask of networks, one file per noun."""
