"""Reads of the federation."""
