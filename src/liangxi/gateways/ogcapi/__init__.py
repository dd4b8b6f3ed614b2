"""OGC API Features (part 1) for open data with places, and OGC API Records for the catalogue of all open data."""
