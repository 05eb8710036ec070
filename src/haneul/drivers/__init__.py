"""How the world is reached from the control plane: one folder per family of drivers."""
