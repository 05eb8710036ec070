"""How the agent reaches its own machine: one folder per family, each with a fake."""
