"""When persons were merged and split: the history of who was who, told from the days on which evidence arrived.

It is told anew from the first day on with every run, so that days loaded in another order give the same history.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from assets.identity.components import Codes, component_of
from assets.identity.decisions import in_force, rulings_of
from assets.identity.evidence import ARRIVED_ON, Evidence
from assets.identity.guards import Limits
from assets.identity.persons import person_token_of
from assets.identity.resolution import NOBODY, resolve
from assets.identity.schema import PERSON_CHANGES_SCHEMA

UNSEEN = -2
MERGE, SPLIT, SHARED = "merge", "split", "shared"
"""A person went over into another one; identifiers of one person are now another's; they are several persons' now."""
_MOVES_SCHEMA: dict[str, pl.DataType] = {
    "previous": pl.Int64(),
    "named_after": pl.Int64(),
    "first": pl.Int64(),
    **{name: kind for name, kind in PERSON_CHANGES_SCHEMA.items() if not name.endswith("_token")},
}


def person_changes(evidence: Evidence, limits: Limits, decisions: pl.DataFrame) -> pl.DataFrame:
    """Every day on which identifiers that were known already changed hands.

    Args:
        evidence: all of it.
        limits: those in force on the last day; history is told by today's rules.
        decisions: every received copy.

    Returns:
        Rows of the lake table ``person_changes``.
    """
    subjects = _subjects(decisions, evidence)
    moves = [_moves(*step, subjects) for step in _steps(evidence, limits, decisions, subjects)]
    found = pl.concat([pl.DataFrame(schema=_MOVES_SCHEMA), *moves])
    tokens = evidence.identifiers["identifier_token"]
    return (
        found.with_columns(
            previous_person_token=person_token_of(tokens.gather(found["previous"])),
            person_token=person_token_of(tokens.gather(found["named_after"])),
            identifier_token=tokens.gather(found["first"]),
        )
        .select(list(PERSON_CHANGES_SCHEMA))
        .sort("changed_on", "previous_person_token", "person_token", nulls_last=True)
    )


def _subjects(decisions: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """The identifiers that each copy of a decision is about: ``decision_id``, ``arrived_on``, ``code``."""
    codes = (
        evidence.identifiers.select("identifier_token")
        .with_row_index("code")
        .with_columns(pl.col("code").cast(pl.Int64))
    )
    about = decisions.select("decision_id", ARRIVED_ON, identifier_token=pl.col("tokens").list.concat("other_tokens"))
    return about.explode("identifier_token").join(codes, on="identifier_token").drop("identifier_token")


def _steps(
    evidence: Evidence, limits: Limits, decisions: pl.DataFrame, subjects: pl.DataFrame
) -> Iterator[tuple[date, Codes, Codes, Codes]]:
    """Day by day, the codes that evidence or decisions of the day may concern, with their persons before and after."""
    reach = pl.Series(_reach(evidence, subjects))
    touched = pl.concat(
        [rows.select(ARRIVED_ON, reach=reach.gather(rows["code"])).unique() for rows in (evidence.sightings, subjects)]
    )
    members = pl.DataFrame({"code": np.arange(len(reach)), "reach": reach})
    person = np.full(len(reach), UNSEEN)
    for (day,), reached in touched.sort(ARRIVED_ON).group_by(ARRIVED_ON, maintain_order=True):
        assert isinstance(day, date)
        part, kept = evidence.part(members.join(reached, on="reach", how="semi")["code"], day)
        named_after = resolve(part, limits, rulings_of(in_force(decisions, day), part.identifiers)).person
        codes = kept.to_numpy()
        before, after = person[codes], np.where(named_after == NOBODY, NOBODY, codes[named_after])
        person[codes] = after
        yield day, codes, before, after


def _reach(evidence: Evidence, subjects: pl.DataFrame) -> Codes:
    """The least code that each code is connected with by anything at all: what happens beyond does not concern it."""
    pairs = [
        rows.select(first=pl.col("code").min().over(group), code="code")
        for rows, group in ((evidence.sightings, "record"), (subjects, "decision_id"))
    ]
    links = pl.concat(pairs).filter(pl.col("first") != pl.col("code")).unique()
    return component_of(evidence.identifiers.height, links["first"].to_numpy(), links["code"].to_numpy())


def _moves(day: date, codes: Codes, before: Codes, after: Codes, subjects: pl.DataFrame) -> pl.DataFrame:
    """What changed hands on one day, one row per pair of a person before and one after."""
    rows = pl.DataFrame({"code": codes, "previous": before, "named_after": after}).filter(pl.col("previous") >= 0)
    decided = subjects.filter(pl.col(ARRIVED_ON) == day).group_by("code").agg(pl.col("decision_id").min())
    rows = rows.join(decided, on="code", how="left")
    is_gone = ~pl.col("previous").is_in(after) & (
        pl.col("named_after").filter(pl.col("named_after") >= 0).n_unique() == 1
    )
    rows = rows.with_columns(
        decision_id=pl.col("decision_id").min().over("previous"),
        is_gone=is_gone.over("previous"),
        is_shared=(pl.col("named_after") == NOBODY).any().over("previous"),
    )
    is_nobody = pl.col("named_after") == NOBODY
    return (
        rows.filter(pl.col("previous") != pl.col("named_after"))
        .group_by("previous", "named_after")
        .agg(
            pl.col("decision_id").first(),
            pl.col("is_gone").first(),
            pl.col("is_shared").first(),
            first=pl.col("code").min(),
            identifier_count=pl.len().cast(pl.Int64),
        )
        .select(
            "previous",
            pl.when(~is_nobody).then("named_after").alias("named_after"),
            "first",
            changed_on=pl.lit(day),
            change_kind=pl.when(is_nobody)
            .then(pl.lit(SHARED))
            .when("is_gone")
            .then(pl.lit(MERGE))
            .otherwise(pl.lit(SPLIT)),
            identifier_count="identifier_count",
            evidence_kind=pl.when(pl.col("decision_id").is_not_null())
            .then(pl.lit("decision"))
            .when("is_shared")
            .then(pl.lit("shared_identifier"))
            .otherwise(pl.lit("record")),
            decision_id="decision_id",
        )
        .cast(_MOVES_SCHEMA)  # type: ignore[arg-type]
    )
