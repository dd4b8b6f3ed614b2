"""Finding things by words, Chinese first."""
