"""Batches against the row contracts: which rows may pass, and what is wrong with each record that may not.

The record is the document. One bad row anywhere in it keeps all of its rows out.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from assets.feeds.base import POSITION, Feed, LakeTable
from assets.ingest.batch import Problem, RawBatch
from assets.ingest.casting import cast_frame

_FAULT_SCHEMA: dict[str, pl.DataType] = {POSITION: pl.Int64(), "rule": pl.String(), "place": pl.String()}
# What a reader of the quarantine should be told first.
_FIRST_RULES = ["missing_id", "wrong_type", "missing_value"]
_RULE_NAMES = {
    "min": "out_of_range",
    "max": "out_of_range",
    "inf": "out_of_range",
    "nan": "out_of_range",
    "check__not_negative": "out_of_range",
    "check__allowed": "value_not_allowed",
    "min_length": "empty_text",
    "max_length": "text_too_long",
    "regex": "wrong_format",
    "inner_nullability": "missing_value",
}


class Checked(NamedTuple):
    """Rows that passed, per lake table and still with identifiers, and the records that did not."""

    tables: dict[str, pl.DataFrame]
    problems: list[Problem]
    valid: int
    """Records that passed."""


def check(feed: Feed, batch: RawBatch) -> Checked:
    """Check one batch. Problems are in order of position, the readers' own included."""
    raw_tables = feed.flatten(batch.documents)
    tables: dict[str, pl.DataFrame] = {}
    faults: list[pl.DataFrame] = []
    for table in feed.tables:
        rows, found = _check_table(feed, table, raw_tables[table.name])
        tables[table.name] = rows
        faults.append(found)
    fault = pl.concat(faults)
    if fault.is_empty():
        return Checked(tables, batch.problems, batch.documents.height)
    bad = fault.select(POSITION).unique()
    passed = {name: rows.join(bad, on=POSITION, how="anti", maintain_order="left") for name, rows in tables.items()}
    problems = [*batch.problems, *_problems(feed, batch, fault)]
    return Checked(passed, sorted(problems), batch.documents.height - bad.height)


def _check_table(feed: Feed, table: LakeTable, raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that keep the table's contract, and the faults of the rest."""
    faults: list[pl.DataFrame] = []
    rows = cast_frame(raw, table.door_schema)
    before, after = raw.select(rows.columns).null_count().row(0), rows.null_count().row(0)
    for name, nulls_before, nulls_after in zip(rows.columns, before, after, strict=True):
        if nulls_after > nulls_before:
            lost = rows[name].is_null() & raw[name].is_not_null()
            faults.append(_faults(raw.filter(lost)[POSITION], "wrong_type", _place(feed, table, name)))
    rows, failure = table.schema.filter(rows)
    if failure.counts():
        details = failure.details()
        for name in failure.counts():
            rule, place = _describe(feed, table, name)
            faults.append(_faults(details.filter(pl.col(name) == "invalid")[POSITION], rule, place))
    if not faults:
        return rows, pl.DataFrame(schema=_FAULT_SCHEMA)
    return rows, pl.concat(faults)


def _faults(positions: pl.Series, rule: str, place: str) -> pl.DataFrame:
    return pl.DataFrame({POSITION: positions}).with_columns(rule=pl.lit(rule), place=pl.lit(place))


def _describe(feed: Feed, table: LakeTable, schema_rule: str) -> tuple[str, str]:
    """Rule and place for a rule as dataframely names it: ``column|rule``, or the name of a rule over columns."""
    column, separator, kind = schema_rule.partition("|")
    if not separator:
        return schema_rule, table.name
    place = _place(feed, table, column)
    if kind == "nullability":
        return ("missing_id" if column in feed.id_columns else "missing_value"), place
    known = _RULE_NAMES.get(kind) or _RULE_NAMES.get(kind.removeprefix("inner_")) or kind
    return ("missing_id" if known == "empty_text" and column in feed.id_columns else known), place


def _place(feed: Feed, table: LakeTable, column: str) -> str:
    return column if len(feed.tables) == 1 else f"{table.name}.{column}"


def _problems(feed: Feed, batch: RawBatch, faults: pl.DataFrame) -> list[Problem]:
    """One problem per record: its first fault gives the rule, all of them the detail."""
    ranked = (
        faults.unique()
        .with_columns(
            # A cast that failed left a null behind; that is not a second fault.
            is_echo=(pl.col("rule").is_in(["missing_value", "missing_id"]))
            & (pl.col("rule") == "wrong_type").any().over(POSITION, "place"),
            rank=pl.col("rule").replace_strict(
                {rule: number for number, rule in enumerate(_FIRST_RULES)}, default=len(_FIRST_RULES)
            ),
        )
        .filter(~pl.col("is_echo"))
        .sort(POSITION, "rank", "rule", "place")
        .group_by(POSITION, maintain_order=True)
        .agg(pl.col("rule").first(), detail=pl.format("{} ({})", "place", "rule").str.join(", "))
    )
    positions = ranked[POSITION].to_list()
    texts = batch.raw_texts(positions)
    ids = _record_ids(feed, batch.documents, positions)
    return [
        Problem(position, rule, detail, ids.get(position), texts[position])
        for position, rule, detail in ranked.iter_rows()
    ]


def _record_ids(feed: Feed, documents: pl.DataFrame, positions: list[int]) -> dict[int, str | None]:
    """Ids of records, null where a part is missing or the id names a person."""
    if feed.has_identifying_id:
        return {}
    identity = pl.concat_str([pl.col(name).cast(pl.String) for name in feed.id_columns], separator="|")
    wanted = documents.filter(pl.col(POSITION).is_in(positions)).select(
        POSITION, pl.when(identity.str.len_chars() <= 128).then(identity).alias("id")
    )
    return dict(wanted.iter_rows())
