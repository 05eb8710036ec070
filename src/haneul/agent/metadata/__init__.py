"""What a guest is told of itself: on its config drive, and at 169.254.169.254."""
