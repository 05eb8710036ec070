"""What carries the networks."""
