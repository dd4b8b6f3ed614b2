"""All wires of the house on one page: which event goes to which handler."""


def connect() -> None:
    """Connect every event with its handlers; called once when a process starts."""
