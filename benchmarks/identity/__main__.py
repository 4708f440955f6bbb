"""``python -m benchmarks.identity [--identifiers 10000000]``: identity at scale, and on public data.

Prints the seconds it takes to put so many identifiers together, and the F1 of people found again by name and address on
the public data sets (``WAREHOUSE_TEST_DATA``; without them that part is left out).
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.identity.febrl import SETS, score
from benchmarks.identity.scale import measure
from warehouse.settings import PROJECT_ROOT


def main() -> None:
    """Measure both and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", type=int, default=10_000_000, help="how many to put together")
    options = parser.parse_args()
    timing = measure(options.identifiers)
    print(
        f"{timing.identifiers:,} identifiers on {timing.records:,} records: {timing.persons:,} persons,"
        f" {timing.shared:,} shared phones in {timing.seconds:.1f} s (encoding {timing.encoding_seconds:.1f},"
        f" resolving {timing.resolving_seconds:.1f}, naming {timing.naming_seconds:.1f})",
        flush=True,
    )
    folder = Path(os.environ.get("WAREHOUSE_TEST_DATA") or PROJECT_ROOT.parent / "shared" / "data") / "febrl"
    if not folder.is_dir():
        print("Data set febrl is neither in WAREHOUSE_TEST_DATA nor beside the checkout: left out")
        return
    for name in SETS:
        found = score(name, folder)
        print(
            f"{name:<14} F1 {found.f1:.4f}  precision {found.precision:.4f}  recall {found.recall:.4f}"
            f"  ({found.true_pairs:,} true pairs, {found.seconds:.1f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
