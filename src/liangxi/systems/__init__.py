"""The systems of the city, each a room with one door."""
