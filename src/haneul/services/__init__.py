"""What the cloud can do: one folder per service, all of one shape."""
