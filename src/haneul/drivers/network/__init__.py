"""What carries the networks: OVN, or a fake."""
