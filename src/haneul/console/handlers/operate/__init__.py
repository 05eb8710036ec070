"""What only operators are shown."""
