"""Seeded random streams, one per purpose, day and block, so that no draw depends on how long the simulation runs."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

_MASK = np.uint64(0xFFFFFFFFFFFFFFFF)


def stream(seed: int, purpose: str, day: int = 0, block: int = 0) -> np.random.Generator:
    """Return the generator of one purpose, day and block of stores. ``day`` may be negative (before the start)."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(purpose.encode()), day + 100_000, block]))
    )


def scramble(values: NDArray[np.int64], salt: int) -> NDArray[np.uint64]:
    """Hash integers to 64 bits (splitmix64 finaliser); the same value and salt always give the same hash."""
    with np.errstate(over="ignore"):
        z = values.astype(np.uint64) + np.uint64((0x9E3779B97F4A7C15 * (salt + 1)) & 0xFFFFFFFFFFFFFFFF)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return (z ^ (z >> np.uint64(31))) & _MASK
