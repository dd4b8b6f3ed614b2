"""Who did what, why, and proof that nobody changed the record afterwards."""
