"""The laws of packages, without a database."""
