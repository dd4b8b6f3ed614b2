"""The laws of the data zone, without a database."""
