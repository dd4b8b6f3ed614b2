"""Point queries and batch checks under grants: a bare ASGI door, and rounds in which many callers share one commit."""
