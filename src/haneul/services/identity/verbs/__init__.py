"""What a caller may ask of identity, one file per noun."""
