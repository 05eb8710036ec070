"""Volumes: on the hosts that agents look after, or on fake ones; and where backups are kept."""
