"""Hosts: real ones through their agents, and fake ones in memory."""
