"""What a caller may ask of compute: one class per noun."""
