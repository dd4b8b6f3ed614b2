"""The verbs of packages."""
