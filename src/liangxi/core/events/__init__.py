"""What happened, told to whoever must act on it: a transactional outbox with ordered, repeated delivery."""
