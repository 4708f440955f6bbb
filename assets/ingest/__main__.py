"""``python -m assets.ingest --from DAY --to DAY [--feed FEED]``: load landing files without Dagster."""

from __future__ import annotations

import argparse
import logging
import sys
from datetime import date

from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_days
from warehouse.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Load the days asked for; 1 when a file could not be read, 0 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m assets.ingest", description="Load landing files into the lake.")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DAY")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="inclusive; default: --from")
    parser.add_argument("--feed", choices=sorted(FEEDS), action="append", help="may be given again; default: all")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    zones = Settings.from_env().zones
    feeds = [FEEDS[name] for name in options.feed or FEEDS]
    summaries = ingest_days(zones, IngestKeys.load(zones), feeds, options.first, options.last or options.first)
    print(
        f"{sum(summary.new_files for summary in summaries.values())} files loaded, "
        f"{sum(summary.received for summary in summaries.values())} records received, "
        f"{sum(summary.quarantined for summary in summaries.values())} quarantined; lake: {zones.lake}"
    )
    return 1 if any(summary.unreadable for summary in summaries.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
