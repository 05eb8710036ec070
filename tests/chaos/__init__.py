"""Everything at once, and deaths at random: nothing may be lost, doubled, stuck or left over in the end."""
