"""What the departments know: authoritative registers, read for a purpose, with consent, and on record."""
