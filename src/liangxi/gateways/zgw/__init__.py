"""Cases, their files and the catalogue of types as the Dutch standards for case work have them (ZGW-API's)."""
