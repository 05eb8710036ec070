"""The nouns of networks; pure."""
