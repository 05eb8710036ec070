"""Networking API v2.0, as Neutron speaks it."""
