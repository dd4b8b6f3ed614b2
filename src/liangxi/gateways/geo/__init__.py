"""Maps for machines: GeoJSON (RFC 7946)."""
