"""The laws of the lake: what a table may be, how rows are read, how late corrections are merged."""
