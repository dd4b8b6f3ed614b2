"""The open data of the city: found, looked at, taken, asked for. For everybody; nobody is asked who he is."""
