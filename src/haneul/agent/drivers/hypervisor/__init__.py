"""Hypervisors: libvirt, and a fake."""
