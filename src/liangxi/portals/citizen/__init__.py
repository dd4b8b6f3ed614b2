"""The portal of residents and firms."""
