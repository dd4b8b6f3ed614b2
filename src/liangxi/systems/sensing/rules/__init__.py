"""The laws of sensing."""
