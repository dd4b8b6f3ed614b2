"""The laws of forms, without Django."""
