"""Where the host keeps volumes: folders of files, or a fake."""
