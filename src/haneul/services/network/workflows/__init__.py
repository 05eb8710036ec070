"""How the world is made to follow what is written."""
