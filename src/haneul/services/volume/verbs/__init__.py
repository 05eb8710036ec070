"""What a caller may ask of block storage, a file per noun."""
