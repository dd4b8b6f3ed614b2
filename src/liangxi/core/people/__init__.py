"""Persons, firms, households and organisations; accounts, posts, roles and delegation."""
