"""The city as a model: what stands where."""
