"""The OpenStack APIs: a folder per API over the same services."""
