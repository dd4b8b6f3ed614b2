"""The laws of messages, without a database."""
