"""The house's own laws as programs: each reads the source, names what breaks a law, and says the law.

`python -m tools.lintkit` runs those that need no running house; `tests/house` runs all of them, and plants a fault for
each. What may break a law stands in `exceptions.toml`, with its reason.
"""
