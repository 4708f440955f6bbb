"""Command line of the simulator: ``python -m simulator --landing DIR --truth DIR ...``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from simulator.chain import simulate
from simulator.config import ChainConfig, Outbreak


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulation that the arguments ask for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="Simulate a pharmacy chain: landing files, and the truth beside them."
    )
    parser.add_argument("--landing", type=Path, required=True, help="landing zone to write into")
    parser.add_argument(
        "--truth", type=Path, required=True, help="folder for what really happened; never inside the landing zone"
    )
    parser.add_argument("--stores", type=int, default=12)
    parser.add_argument("--skus", type=int, default=150)
    parser.add_argument("--members", type=int, default=3000)
    parser.add_argument("--start-day", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--fault-rate", type=float, default=0.0, help="share of records and of files that arrive faulty"
    )
    parser.add_argument(
        "--first-written-day",
        type=date.fromisoformat,
        default=None,
        metavar="YYYY-MM-DD",
        help="simulate from the start, write from here",
    )
    parser.add_argument(
        "--regional-dcs", action="store_true", help="a DC in each region between the central one and the stores"
    )
    outbreak = parser.add_argument_group("outbreak", "influenza breaks out in one city: its flu goods are wanted more")
    outbreak.add_argument("--outbreak-city", metavar="NAME", help="English name of a city where the chain has stores")
    outbreak.add_argument("--outbreak-first-day", type=date.fromisoformat, metavar="YYYY-MM-DD")
    outbreak.add_argument("--outbreak-days", type=int, default=14)
    outbreak.add_argument(
        "--outbreak-strength", type=float, default=4.0, help="times the usual demand for flu goods at its height"
    )
    given = parser.parse_args(arguments)
    if (given.outbreak_city is None) != (given.outbreak_first_day is None):
        parser.error("an outbreak needs both --outbreak-city and --outbreak-first-day")
    try:
        config = ChainConfig(
            stores=given.stores,
            skus=given.skus,
            members=given.members,
            start_day=given.start_day,
            days=given.days,
            seed=given.seed,
            fault_rate=given.fault_rate,
            regional_dcs=given.regional_dcs,
            outbreak=Outbreak(
                given.outbreak_city, given.outbreak_first_day, given.outbreak_days, given.outbreak_strength
            )
            if given.outbreak_city
            else None,
        )
        began = time.monotonic()
        shown = began

        def progress(done: int, total: int, records: int) -> None:
            nonlocal shown
            now = time.monotonic()
            if now - shown >= 2:
                shown = now
                left = (now - began) / done * (total - done)
                print(
                    f"simulated {done} of {total} days, {records:,} records written, about {left:.0f} s left",
                    file=sys.stderr,
                )

        outcome = simulate(config, given.landing, given.truth, given.first_written_day, progress)
    except ValueError as error:
        parser.error(str(error))
    print(
        f"{outcome.days} days: {outcome.orders:,} order versions, {outcome.movements:,} stock movements, "
        f"{outcome.readings:,} readings in {outcome.files:,} files ({outcome.bytes / 1e6:.1f} MB) "
        f"in {outcome.landing}, truth in {outcome.truth}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
