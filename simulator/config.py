"""What may be chosen about a simulated chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

#: Stores simulated together; bounds memory, and each block is one part file. Part of the seeded layout: never vary it.
STORES_PER_BLOCK = 500


@dataclass(frozen=True)
class Outbreak:
    """Influenza breaks out in one city: at its height ``strength`` times the usual demand for flu goods there.

    ``city`` is a city's English name; the wave rises for a quarter of its ``days`` and falls for another.
    """

    city: str
    first_day: date
    days: int = 14
    strength: float = 4.0

    def __post_init__(self) -> None:
        """Refuse what is no outbreak."""
        if self.days < 1 or self.strength < 1.0:
            raise ValueError(f"an outbreak of {self.days} days and strength {self.strength}: at least 1 of each")

    def level(self, day: date) -> float:
        """How far the wave has risen on a day, 0 to 1."""
        done = (day - self.first_day).days + 1
        edge = max(self.days / 4, 1.0)
        return float(min(max(min(done / edge, (self.days + 1 - done) / edge, 1.0), 0.0), 1.0))


@dataclass(frozen=True)
class ChainConfig:
    """Size, span, seed and honesty of a chain.

    ``days`` only says where to stop: day ``d`` comes out the same whatever ``days`` is.
    ``fault_rate`` is the share of records (and of files) that arrive faulty, 0 to 0.5.
    """

    stores: int = 12
    skus: int = 150
    members: int = 3000
    start_day: date = date(2026, 1, 1)
    days: int = 28
    seed: int = 7
    fault_rate: float = 0.0
    regional_dcs: bool = False
    orders_per_store_day: float = 40.0
    outbreak: Outbreak | None = None

    def __post_init__(self) -> None:
        """Refuse sizes that make no chain."""
        if self.stores < 1 or self.days < 1 or self.members < 0:
            raise ValueError("a chain needs at least 1 store, 1 day and 0 members")
        if self.skus < 30:
            raise ValueError(f"skus={self.skus}: at least 30 are needed to cover chronic and cold-chain goods")
        if not 0.0 <= self.fault_rate <= 0.5:
            raise ValueError(f"fault_rate={self.fault_rate}: give a share from 0 to 0.5")

    def day(self, index: int) -> date:
        """Local calendar day number ``index`` (0 is ``start_day``)."""
        return self.start_day + timedelta(days=index)
