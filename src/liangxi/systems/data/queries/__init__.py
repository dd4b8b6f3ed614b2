"""Reads of the data zone."""
