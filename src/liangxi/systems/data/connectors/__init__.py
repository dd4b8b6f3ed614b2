"""Fetching: each kind of source gives one whole file of rows, CSV or JSON lines, which is taken in like any other."""
