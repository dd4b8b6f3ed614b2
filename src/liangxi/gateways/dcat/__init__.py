"""The catalogue of open data as linked data: DCAT-AP 3.0, in Turtle, JSON-LD and RDF/XML."""
