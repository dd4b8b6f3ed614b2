"""Code lists with validity and attributes."""
