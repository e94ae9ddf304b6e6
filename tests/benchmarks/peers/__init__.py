"""The bots Madoguchi is measured beside, written as their libraries' documentation shows."""
