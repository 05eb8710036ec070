"""What clients speak: one folder per dialect, thin over the services."""
