"""Delivered data for programs of departments: files, feeds, aggregates. Lookups by key are in `live.delivery`."""
