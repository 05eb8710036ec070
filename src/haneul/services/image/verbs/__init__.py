"""What a caller may ask, a file per noun."""
