"""Verbs of the federation."""
