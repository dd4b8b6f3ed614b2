"""Plain Python that every floor may use. Nothing here knows Django or a city."""
