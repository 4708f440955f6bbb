"""How alike two records of persons are: a Fellegi-Sunter model, fitted without knowing who is who (Splink).

Fellegi and Sunter (1969), "A theory for record linkage", equations 6 to 12; its parameters by expectation maximisation
as in Winkler (1988) and Linacre et al. (2022), "Splink: free software for probabilistic record linkage at scale".

Belongs here: fitting and scoring. Does not belong here: what is done with a score.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

RECORD_ID = "unique_id"
MOST_PAIRS = 2_000_000
"""Random pairs that the chance of agreeing by accident is estimated from: plenty for shares of one in 1,000."""


@dataclass(frozen=True)
class MatchingRules:
    """What is compared, and which pairs are looked at."""

    comparisons: Sequence[Any]
    """Splink's comparisons, one per column."""
    candidates: Sequence[Sequence[str]]
    """Columns that a pair must agree in to be scored; any of the sets will do."""
    certain: Sequence[Sequence[str]]
    """Columns whose agreement makes a match all but certain: they tell how rare matches are."""
    fitted_on: Sequence[Sequence[str]]
    """Columns that pairs agree in from which the other columns' parameters are learnt, a pass each."""
    certain_recall: float = 0.7
    """Share of the matches that the certain columns find, roughly; a prior, which the scores hardly depend on."""


def score_pairs(records: pl.DataFrame, rules: MatchingRules, least_probability: float) -> pl.DataFrame:
    """Score pairs of records that may be of one person.

    Args:
        records: one row per record with :data:`RECORD_ID` and the columns that are compared; null is unknown.
        rules: what is compared.
        least_probability: pairs below are left out.

    Returns:
        ``unique_id_l``, ``unique_id_r``, ``match_probability`` and, per compared column, ``gamma_<column>``: the level
        of agreement, 0 for none and -1 where it is unknown on a side. In the order of the ids.

    Raises :class:`splink.exceptions.EMTrainingException` where there are no pairs to learn from.
    """
    settings = SettingsCreator(
        "dedupe_only",
        comparisons=list(rules.comparisons),
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in rules.candidates],
    )
    # One thread: sums of figures in another order differ in the last digit, and a sample in its pairs.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set enable_progress_bar = false")
        table = DuckDBAPI(connection).register(records.sort(RECORD_ID).to_arrow())
        linker = Linker(table, settings, log_level=logging.ERROR)
        linker.training.estimate_probability_two_random_records_match(
            [block_on(*columns) for columns in rules.certain], recall=rules.certain_recall
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=1)
        for columns in rules.fitted_on:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
        found = linker.inference.predict(threshold_match_probability=least_probability).as_duckdbpyrelation().pl()
    levels = [name for name in found.columns if name.startswith("gamma_")]
    return found.select("unique_id_l", "unique_id_r", "match_probability", *levels).sort("unique_id_l", "unique_id_r")
