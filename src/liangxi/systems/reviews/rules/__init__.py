"""The laws of reviews, without a database."""
