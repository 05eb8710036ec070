"""Hosts and how they join: what OpenStack has no API for."""
