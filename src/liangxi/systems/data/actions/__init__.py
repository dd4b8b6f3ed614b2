"""What people and handlers do in the data zone."""
