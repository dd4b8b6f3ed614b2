"""The wall: the city at one glance, on a map that asks nobody outside."""
