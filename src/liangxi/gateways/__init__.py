"""Edges for machines, one folder for each open standard."""
