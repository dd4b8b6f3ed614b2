"""Tools of the house: they work on the source and are no part of the package."""
