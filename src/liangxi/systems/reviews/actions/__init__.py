"""Giving reviews and putting bad ones right."""
