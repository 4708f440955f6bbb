"""Who may be one person although nothing proves it: pairs for people to decide on, with the reasons in words.

Members of different persons are compared by name, year of birth, sex, home store and phone. Nothing here joins anybody:
only a decision does (feed ``identity_decisions``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink.internals.exceptions import EMTrainingException

from assets.identity.decisions import PART
from assets.identity.matching import RECORD_ID, MatchingRules, score_pairs
from assets.identity.schema import MATCH_PROPOSALS_SCHEMA

LEAST_MEMBERS = 100
"""Below, chances of agreeing by accident cannot be told from those of one person."""
_DIGITS = 4
_COLUMNS = ("name_token", "birth_year", "sex", "home_store_id", "phone_token")
_WORDS = {
    "name_token": {0: "other name", 1: "same name"},
    "birth_year": {0: "other year of birth", 1: "year of birth one off", 2: "same year of birth"},
    "sex": {0: "other sex", 1: "same sex"},
    "home_store_id": {0: "other home store", 1: "same home store"},
    "phone_token": {0: "other phone", 1: "same phone"},
}
"""What each level of agreement is called."""


def _rules() -> MatchingRules:
    year = comparisons.CustomComparison(
        output_column_name="birth_year",
        comparison_levels=[
            levels.NullLevel("birth_year"),
            levels.ExactMatchLevel("birth_year"),
            levels.AbsoluteDifferenceLevel("birth_year", 1),
            levels.ElseLevel(),
        ],
    )
    exact = {name: comparisons.ExactMatch(name) for name in _COLUMNS if name != "birth_year"}
    return MatchingRules(
        comparisons=[year if name == "birth_year" else exact[name] for name in _COLUMNS],
        candidates=[["name_token"], ["phone_token", "birth_year"]],
        certain=[["name_token", "birth_year", "sex"]],
        fitted_on=[["name_token", "sex"], ["birth_year", "home_store_id"]],
    )


@dataclass(frozen=True)
class Proposals:
    """What may be proposed."""

    rows: pl.DataFrame
    """Rows of the lake table ``match_proposals``."""
    missing_reason: str | None = None
    """Why there are none, if they could not be made."""


def match_proposals(
    members: pl.DataFrame, identifiers: pl.DataFrame, decisions: pl.DataFrame, least_probability: float
) -> Proposals:
    """Propose pairs of members who may be one person and are two.

    Args:
        members: latest version of each member: ``member_token`` and what is compared; null is unknown.
        identifiers: rows of ``person_identifiers``.
        decisions: those in force; who was parted by one is not proposed again.
        least_probability: pairs below are not worth a look.

    Returns:
        Proposals, the likeliest first.
    """
    if members.height < LEAST_MEMBERS:
        return Proposals(pl.DataFrame(schema=MATCH_PROPOSALS_SCHEMA), f"fewer than {LEAST_MEMBERS} members")
    compared = members.select(pl.col("member_token").alias(RECORD_ID), *_COLUMNS)
    compared = compared.with_columns(pl.when(pl.col("sex") != "unknown").then("sex").alias("sex"))
    try:
        scored = score_pairs(compared, _rules(), least_probability)
    except EMTrainingException as error:
        return Proposals(pl.DataFrame(schema=MATCH_PROPOSALS_SCHEMA), f"nothing to learn from: {error}".splitlines()[0])
    person = identifiers.select("identifier_token", "person_token").drop_nulls()
    pairs = (
        scored.rename({"unique_id_l": "identifier_token", "unique_id_r": "other_identifier_token"})
        .join(person, on="identifier_token")
        .join(
            person.rename({"identifier_token": "other_identifier_token", "person_token": "other_person_token"}),
            on="other_identifier_token",
        )
        .filter(pl.col("person_token") != pl.col("other_person_token"))
        .join(_parted(decisions), on=["identifier_token", "other_identifier_token"], how="anti")
    )
    return Proposals(
        pairs.with_columns(pl.col("match_probability").round(_DIGITS), match_reasons=_reasons())
        .select(list(MATCH_PROPOSALS_SCHEMA))
        .cast(MATCH_PROPOSALS_SCHEMA)  # type: ignore[arg-type]
        .sort(pl.col("match_probability") * -1, "identifier_token", "other_identifier_token")
    )


def still_open(proposals: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """The proposals on identifiers that there are, and on persons who are who they were when it was made.

    Args:
        proposals: rows of ``match_proposals``.
        identifiers: rows of ``person_identifiers`` as they are now.
    """
    person = identifiers.select("identifier_token", "person_token").drop_nulls()
    other = person.rename({"identifier_token": "other_identifier_token", "person_token": "other_person_token"})
    return proposals.join(person, on=person.columns, how="semi").join(other, on=other.columns, how="semi")


def _reasons() -> pl.Expr:
    """What speaks for and against it, in the order of the columns; what is unknown is left out."""
    words = [
        pl.col(f"gamma_{name}").cast(pl.Int64).replace_strict(words, default=None, return_dtype=pl.String)
        for name, words in _WORDS.items()
    ]
    return pl.concat_str(words, separator=", ", ignore_nulls=True)


def _parted(decisions: pl.DataFrame) -> pl.DataFrame:
    """Pairs of identifiers that a decision keeps apart, both ways round."""
    sides = decisions.filter(pl.col("decision") == PART).select(
        identifier_token="tokens", other_identifier_token="other_tokens"
    )
    pairs = sides.explode("identifier_token").explode("other_identifier_token")
    turned = pairs.select(identifier_token="other_identifier_token", other_identifier_token="identifier_token")
    return pl.concat([pairs, turned])
