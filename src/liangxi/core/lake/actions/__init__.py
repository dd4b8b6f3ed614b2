"""Declaring tables, writing versions, correcting, compacting, sweeping."""
