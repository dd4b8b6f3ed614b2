"""The only room that knows everybody: settings, addresses, wiring and navigation."""
