"""Prescriptions as their sources send them: the document, and the day on which each of its versions is sent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import polars as pl

from simulator.clock import iso, local_day, utc
from simulator.config import ChainConfig
from simulator.purchasing import LineVersions
from simulator.staff import licence_numbers
from simulator.violations import KIND


@dataclass
class PrescriptionPost:
    """Keeps the versions of prescriptions until they are sent."""

    config: ChainConfig
    _due: dict[int, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def due(self, day: int) -> LineVersions | None:
        """Prescriptions sent on a day."""
        queued = self._due.pop(day, [])
        if not queued:
            return None
        rows = pl.concat(queued)
        return LineVersions(
            rows.select("prescription_id", "status", utc("updated_at")),
            rows["_text"],
            rows["_older"],
            rows["_newer_day"].to_numpy(),
        )

    def queue(self, day: int, prescribed: pl.DataFrame) -> None:
        """Put every version of the prescriptions on its day: issued, settled, reported by the source."""
        blank = {
            "reviews": pl.lit([], dtype=_REVIEWS),
            "dispensed_at": pl.lit(0, dtype=pl.Int64),
            "reported_at": pl.lit(0, dtype=pl.Int64),
        }
        settled = prescribed.with_columns(_reviews(prescribed).alias("reviews"))
        reported = settled.filter(pl.col("reported_at") > 0).with_columns(pl.col("reported_at").alias("updated_at"))
        final = settled.with_columns(blank["reported_at"].alias("reported_at"))
        issued = final.filter("sent_early").with_columns(
            *(value.alias(name) for name, value in blank.items()),
            pl.max_horizontal("issued_at", "placed_at").alias("updated_at"),
        )
        before: dict[str, str] = {}
        days = {
            name: dict(zip(part["prescription_id"], self._days(part), strict=True))
            for name, part in (("issued", issued), ("settled", final), ("reported", reported))
        }
        for name, part, later in (
            ("issued", issued, "settled"),
            ("settled", final, "reported"),
            ("reported", reported, "none"),
        ):
            if part.is_empty():
                continue
            ids = part["prescription_id"].to_list()
            text = _texts(self.config, part)
            marked = part.with_columns(
                pl.lit(name).alias("status"),
                pl.Series("_text", text),
                pl.Series("_older", [before.get(i) for i in ids], dtype=pl.String),
                pl.Series("_newer_day", [days.get(later, {}).get(i, -1) for i in ids], dtype=pl.Int64),
                pl.Series("_day", [days[name][i] for i in ids], dtype=pl.Int64),
            ).select("prescription_id", "status", "updated_at", "_text", "_older", "_newer_day", "_day")
            before.update(zip(ids, text, strict=True))
            for (due,), rows in marked.partition_by("_day", as_dict=True, maintain_order=True).items():
                self._due[max(int(due), day)].append(rows)  # type: ignore[call-overload]

    def _days(self, part: pl.DataFrame) -> list[int]:
        return local_day(self.config, part["updated_at"].to_numpy()).tolist()


_REVIEWS = pl.List(
    pl.Struct({"pharmacist_id": pl.String, "reviewed_at": pl.String, "result": pl.String, "reason": pl.String})
)


def _reviews(prescribed: pl.DataFrame) -> pl.Series:
    """Steps of review: sometimes a question before the approval, and a refusal that nobody heeded."""
    never = pl.col("kind") == KIND["never_approved"]

    def step(at: pl.Expr, refused: pl.Expr) -> pl.Expr:
        return pl.struct(
            "pharmacist_id",
            at.alias("reviewed_at"),
            pl.when(refused).then(pl.lit("refused")).otherwise(pl.lit("approved")).alias("result"),
            pl.when(refused).then("reason").alias("reason"),
        )

    ready = prescribed.with_columns(
        (pl.col("reviewed_at") - 5).alias("_asked_at"), pl.col("reviewed_at").alias("_settled_at")
    ).with_columns(iso("_asked_at"), iso("_settled_at"))
    settled, asked = step(pl.col("_settled_at"), never), step(pl.col("_asked_at"), pl.lit(True))
    return ready.select(
        pl.when("refused_first").then(pl.concat_list(asked, settled)).otherwise(pl.concat_list(settled)).alias("r")
    )["r"]


def _texts(config: ChainConfig, part: pl.DataFrame) -> pl.Series:
    ready = part.with_columns(
        (pl.lit(config.start_day) + pl.duration(days=pl.col("until")))
        .cast(pl.Date)
        .cast(pl.String)
        .alias("valid_until_date"),
        licence_numbers(part["doctor_id"]).alias("doctor_licence_number"),
        *(iso(name) for name in ("issued_at", "dispensed_at", "reported_at", "updated_at")),
    )
    return ready.select(
        pl.struct(
            "prescription_id",
            "source",
            "hospital",
            pl.struct("member_card", "phone", "unionid", pl.lit(None, dtype=pl.String).alias("openid"), "name").alias(
                "patient"
            ),
            "doctor_id",
            "doctor_licence_number",
            "issued_at",
            "valid_until_date",
            "items",
            "reviews",
            "dispensed_at",
            "reported_at",
            "updated_at",
        )
        .struct.json_encode()
        .alias("text")
    )["text"]
