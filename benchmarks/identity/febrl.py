"""People found again by name, address and date of birth on public data, without looking at the truth."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import splink.comparison_library as cl

from assets.identity.matching import RECORD_ID, MatchingRules, score_pairs

LEAST_PROBABILITY = 0.5
"""More likely one person than two."""
_FEBRL = MatchingRules(
    comparisons=[
        cl.JaroWinklerAtThresholds("given_name", [0.9, 0.8]),
        cl.JaroWinklerAtThresholds("surname", [0.9, 0.8]),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        cl.JaroWinklerAtThresholds("address_1", [0.9, 0.8]),
        cl.ExactMatch("street_number"),
        cl.JaroWinklerAtThresholds("suburb", [0.9]),
    ],
    candidates=[["given_name"], ["surname"], ["date_of_birth"], ["postcode"], ["address_1"], ["suburb"]],
    certain=[["given_name", "surname"], ["date_of_birth"]],
    fitted_on=[["date_of_birth"], ["surname"]],
)
_RLDATA = MatchingRules(
    comparisons=[
        cl.JaroWinklerAtThresholds("fname_c1", [0.9, 0.8]),
        cl.JaroWinklerAtThresholds("lname_c1", [0.9, 0.8]),
        cl.ExactMatch("by"),
        cl.ExactMatch("bm"),
        cl.ExactMatch("bd"),
    ],
    candidates=[
        ["fname_c1", "by"],
        ["lname_c1", "by"],
        ["fname_c1", "lname_c1"],
        ["bd", "bm", "by"],
        ["lname_c1", "bm", "bd"],
    ],
    certain=[["fname_c1", "lname_c1", "by"], ["bd", "bm", "by"]],
    fitted_on=[["bd", "bm", "by"], ["fname_c1", "lname_c1"]],
)
SETS = {
    "dataset1": ["dataset1.csv"],
    "dataset2": ["dataset2.csv"],
    "dataset3": ["dataset3.csv"],
    "dataset4a+4b": ["dataset4a.csv", "dataset4b.csv"],
    "RLdata500": ["RLdata500.csv"],
    "RLdata10000": ["RLdata10000.csv"],
}
"""Files of each set, below the folder ``febrl``."""


@dataclass(frozen=True)
class Score:
    """Pairs found beside the true ones."""

    pairs: int
    true_pairs: int
    found_true: int
    seconds: float

    @property
    def precision(self) -> float:
        """Share of the pairs found that are true."""
        return self.found_true / self.pairs

    @property
    def recall(self) -> float:
        """Share of the true pairs that are found."""
        return self.found_true / self.true_pairs

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.found_true / (self.pairs + self.true_pairs)


def score(name: str, folder: Path) -> Score:
    """Find the pairs of one set and hold them against the truth."""
    records = read_set([folder / file for file in SETS[name]])
    started = time.monotonic()
    found = score_pairs(records.drop("person"), _FEBRL if "surname" in records.columns else _RLDATA, LEAST_PROBABILITY)
    seconds = time.monotonic() - started
    person = dict(records.select(RECORD_ID, "person").iter_rows())
    right = sum(person[one] == person[other] for one, other in found.select("unique_id_l", "unique_id_r").iter_rows())
    sizes = records.group_by("person").len()["len"].cast(pl.Int64)
    return Score(found.height, int((sizes * (sizes - 1) // 2).sum()), right, seconds)


def read_set(files: list[Path]) -> pl.DataFrame:
    """Records of a set with :data:`RECORD_ID` and ``person``, who it truly is; blank is unknown."""
    tables = [pl.read_csv(file, infer_schema=False, null_values="NA") for file in files]
    rows = pl.concat([table.rename({name: name.strip() for name in table.columns}) for table in tables])
    rows = rows.with_columns(pl.all().str.strip_chars()).with_columns(pl.when(pl.all() != "").then(pl.all()))
    if "rec_id" in rows.columns:
        person = pl.col("rec_id").str.extract(r"rec-(\d+)-")
        # The number of the social security is the answer, not a clue.
        return rows.select(
            pl.col("rec_id").alias(RECORD_ID), person.alias("person"), pl.exclude("rec_id", "soc_sec_id")
        )
    numbered = rows.with_row_index(RECORD_ID).with_columns(pl.col(RECORD_ID).cast(pl.String))
    return numbered.rename({"true_id": "person"})
