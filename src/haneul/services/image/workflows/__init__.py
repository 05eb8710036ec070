"""Long work, a file each."""
