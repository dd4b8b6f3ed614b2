"""The laws of the room, without a database."""
