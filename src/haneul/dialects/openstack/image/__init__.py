"""Image API v2: images and their data, members, tags, imports, definitions of metadata."""
