"""One small chain, simulated once honestly and once with faults, and readers of what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from simulator import ChainConfig, simulate

CONFIG = ChainConfig(stores=6, skus=80, members=600, start_day=date(2026, 1, 1), days=12, seed=7)


@dataclass(frozen=True)
class Written:
    """A simulated chain on disk."""

    config: ChainConfig
    landing: Path
    truth: Path

    def table(self, name: str) -> pl.DataFrame:
        """All days of a truth table."""
        return pl.read_parquet(self.truth / name / "*.parquet")


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Written]:
    """Simulate the small chain with some of its settings changed."""

    def make(first_written_day: date | None = None, **changes: object) -> Written:
        config = replace(CONFIG, **changes)  # type: ignore[arg-type]
        root = tmp_path_factory.mktemp("chain")
        simulate(config, root / "landing", root / "truth", first_written_day)
        return Written(config, root / "landing", root / "truth")

    return make


@pytest.fixture(scope="session")
def clean(run: Callable[..., Written]) -> Written:
    """The chain without faults."""
    return run()


@pytest.fixture(scope="session")
def faulty(run: Callable[..., Written]) -> Written:
    """The chain with a twentieth of its records and files faulty."""
    return run(fault_rate=0.05)
