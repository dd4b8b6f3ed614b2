"""Where things are: divisions with dated codes, standard addresses, the management grid, outlines."""
