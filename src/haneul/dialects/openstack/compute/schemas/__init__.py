"""JSON Schemas of requests in the newest version: data, a file per group of nouns."""
