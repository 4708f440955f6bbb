"""The night's post: what waits for its day, what is delivered on it, and the truth told about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import polars as pl

from simulator.clock import local_day
from simulator.config import ChainConfig
from simulator.faults import FAULT_SCHEMA, FramePost, Fresh, TextPost
from simulator.ledger import csv_rows, truth_movements
from simulator.purchasing import LineVersions
from simulator.truth import Truth, truth_orders, truth_parts
from simulator.versions import Version
from simulator.writers import Landing

#: Feeds of text records.
TEXT_FEEDS = (
    "orders",
    "inventory",
    "community_activity",
    "community_events",
    "members",
    "identity_decisions",
    "purchase_orders",
    "signal_decisions",
    "delivery_claims",
    "service_tickets",
    "prescriptions",
    "staff",
    "content",
    "loyalty",
    "offers",
    "surveys",
    "health_measurements",
    "consents",
)


class NightPost:
    """Delivers every feed and tells the truth of it. ``write`` below: whether the day is to be written."""

    def __init__(self, config: ChainConfig, landing: Landing, truth: Truth, first_written_day: int) -> None:
        self.config, self.truth, self.first_written_day = config, truth, first_written_day
        self.faults: list[dict[str, object]] = []
        self.posts = {feed: TextPost(feed, config, landing, first_written_day, self.faults) for feed in TEXT_FEEDS}
        self.iot_post = FramePost(config, landing, first_written_day)
        self.orders = self.movements = self.readings = 0
        self._versions: dict[tuple[int, int], list[Version]] = defaultdict(list)
        self._ledger: dict[tuple[int, int], list[pl.DataFrame]] = defaultdict(list)

    def await_version(self, day: int, block: int, version: Version) -> None:
        """Keep a version of orders until the day on which it is sent."""
        self._versions[day, block].append(version)

    def await_movements(self, rows: pl.DataFrame) -> None:
        """Keep movements until the days on which they occur."""
        days = local_day(self.config, rows["occurred_at"].to_numpy())
        parts = rows.with_columns(pl.Series("_day", days)).partition_by(
            "_day", "block", maintain_order=True, as_dict=True
        )
        for (day, block), part in parts.items():
            self._ledger[int(day), int(block)].append(part.drop("_day", "block"))  # type: ignore[call-overload]

    def tell_faults(self, write: bool) -> None:
        """Tell the truth what was wrong with what was delivered since it was last told."""
        if write:
            self.truth.add("faults", pl.concat([pl.DataFrame(self.faults, schema=FAULT_SCHEMA), *self.iot_post.found]))
        self.faults.clear()
        self.iot_post.found.clear()

    def deliver_orders(self, day: int, block: int, write: bool) -> None:
        """Deliver the versions of orders that are due."""
        queued = self._versions.pop((day, block), [])
        flat = pl.DataFrame()
        if queued:
            text, older = pl.concat([v.text for v in queued]), pl.concat([v.older for v in queued])
            flat = pl.concat([v.parts.orders for v in queued])
            stems = ("orders-" + flat["channel"]).to_numpy()
            fresh = Fresh(
                stems,
                flat["order_id"].to_list(),
                text.to_list(),
                np.concatenate([v.newer_day for v in queued]),
                older.to_list(),
            )
        else:
            fresh = Fresh.nothing("orders")
        arrives = pl.Series("arrives_on", self.posts["orders"].deliver(day, block, fresh), dtype=pl.Date)
        if write and queued:
            self.orders += len(fresh.text)
            self.truth.add("orders", truth_orders(flat).with_columns(arrives))
            seen = 0
            for version in queued:
                own = arrives.slice(seen, len(version.parts.orders))
                seen += len(version.parts.orders)
                for table, rows in truth_parts(version.parts):
                    self.truth.add(table, rows.with_columns(own.gather(rows["row"])).drop("row"))

    def deliver_movements(self, day: int, block: int, write: bool) -> None:
        """Deliver the movements of the day."""
        queued = self._ledger.pop((day, block), [])
        rows = pl.DataFrame()
        if queued:
            rows = pl.concat(queued).sort("occurred_at", maintain_order=True)
            fresh = Fresh.plain("inventory", rows["movement_id"], csv_rows(self.config, rows))
        else:
            fresh = Fresh.nothing("inventory")
        arrives = pl.Series("arrives_on", self.posts["inventory"].deliver(day, block, fresh), dtype=pl.Date)
        if write and queued:
            self.movements += len(rows)
            self.truth.add("inventory", truth_movements(self.config, rows).with_columns(arrives))

    def deliver_readings(self, day: int, block: int, frames: Iterable[tuple[str, pl.DataFrame]], write: bool) -> None:
        """Deliver the readings of the day, a frame per file stem."""
        for stem, frame in frames:
            if frame.is_empty():
                continue
            arrives = self.iot_post.deliver(day, block, stem, frame)
            if write:
                self.readings += len(frame)
                self.truth.add("iot_readings", frame.with_columns(arrives.alias("arrives_on")))
        self.iot_post.send_again(day, block)

    def deliver_sent(self, day: int, feed: str, key: str, sent: LineVersions | None, write: bool) -> None:
        """Deliver records that come again when they change."""
        fresh = Fresh.nothing(feed)
        if sent:
            ids = sent.rows[key].to_list()
            stem = np.full(len(ids), feed, dtype=object)
            fresh = Fresh(stem, ids, sent.text.to_list(), sent.newer_day, sent.older.to_list())
        arrives = self.posts[feed].deliver(day, 0, fresh)
        if write and sent:
            self.truth.add(feed, sent.rows.with_columns(pl.Series("arrives_on", arrives, dtype=pl.Date)))

    def deliver_plain(
        self, day: int, feed: str, key: str, rows: pl.DataFrame, texts: pl.Series, write: bool, block: int = 0
    ) -> None:
        """Deliver records of which each has one version."""
        arrives = self.posts[feed].deliver(day, block, Fresh.plain(feed, rows[key], texts))
        if write and len(rows):
            self.truth.add(feed, rows.with_columns(pl.Series("arrives_on", arrives, dtype=pl.Date)))
