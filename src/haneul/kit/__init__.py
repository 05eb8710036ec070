"""Tools that know nothing of clouds."""
