"""The OGC SensorThings API 1.1 (18-088) below `/sta/v1.1`: the things of the city, their streams and observations."""
