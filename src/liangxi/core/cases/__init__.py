"""The one case engine: everything that the city handles is a case with a clock, an inbox and a history."""
