"""A seeded pharmacy chain as the outside world sees it: landing files, and apart from them the truth.

Imports nothing of the platform. Start at :func:`simulator.chain.simulate`.
"""

from simulator.chain import simulate
from simulator.config import ChainConfig, Outbreak

__all__ = ["ChainConfig", "Outbreak", "simulate"]
