"""The reads of sensing."""
