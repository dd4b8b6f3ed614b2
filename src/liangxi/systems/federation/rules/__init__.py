"""The laws of the federation."""
