"""Reads: one SQL statement each where it is hot."""
