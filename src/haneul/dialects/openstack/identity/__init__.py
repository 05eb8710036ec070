"""Identity API v3 (Keystone), thin over `services.identity`."""
