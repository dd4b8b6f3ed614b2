"""Chance that repeats: each cell of the city draws from its own stream, so any part is made alone and stays."""

import hashlib

import numpy as np


def dice(seed: int, layer: str, code: str) -> np.random.Generator:
    """PCG64 of (seed, layer, code)."""
    digest = hashlib.sha256(f"{seed}/{layer}/{code}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
