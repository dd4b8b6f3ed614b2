"""Verbs: each owns permission, change and audit."""
