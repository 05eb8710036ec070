"""Block Storage API v3."""
