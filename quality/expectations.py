"""The kinds of check that suites are written in; each names the Great Expectations class that does the work.

SQL given here is DuckDB's and reads the gated table as ``{batch}``; other tables go by their name. It selects what is
wrong, so an empty result passes; only the number of rows is ever kept, never a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quality.suite import AS_OF, RECEIPTS, THRESHOLD, Check, Severity

_DECIDED = "The bound is a decision; source and reason stand in the seed quality_thresholds."


def nothing_wrong(name: str, title: str, sql: str, *, reason: str, severity: Severity = "fail") -> Check:
    """``sql`` selects what is wrong and finds nothing; may use ``{as_of}``."""
    return Check(name, title, severity, reason, "UnexpectedRowsExpectation", {"unexpected_rows_query": sql})


def within_threshold(name: str, title: str, sql: str, *, severity: Severity = "warn", reason: str = _DECIDED) -> Check:
    """As :func:`nothing_wrong`, with ``{threshold}`` in the SQL taken from the seed."""
    if THRESHOLD not in sql:
        raise ValueError(f"{name} compares with no {THRESHOLD}; use nothing_wrong")
    return nothing_wrong(name, title, sql, reason=reason, severity=severity)


def unique_key(*columns: str) -> Check:
    """No two rows share these columns."""
    name, title = "key_unique", f"No two rows have the same {', '.join(columns)}"
    reason = "A doubled key would be counted twice by every reader."
    if len(columns) == 1:
        return Check(name, title, "fail", reason, "ExpectColumnValuesToBeUnique", {"column": columns[0]})
    arguments = {"column_list": list(columns)}
    return Check(name, title, "fail", reason, "ExpectCompoundColumnsToBeUnique", arguments)


def not_empty() -> Check:
    """The table has rows."""
    reason = "An empty fact table is a broken load, not a quiet day."
    return Check("not_empty", "There are rows", "fail", reason, "ExpectTableRowCountToBeBetween", {"min_value": 1})


def as_of_day_present(column: str) -> Check:
    """The latest day in ``column`` is the as-of day or later."""
    return Check(
        "as_of_day_present",
        f"The latest {column} is the last day on which files arrived",
        "fail",
        "A snapshot that says as-of day D and lacks D's rows would show D as a day without business.",
        "ExpectColumnMaxToBeBetween",
        {"column": column, "min_value": AS_OF},
    )


def no_day_missing(column: str) -> Check:
    """Every day from the first in ``column``, or the first arrival if that is later, to the as-of day has rows."""
    return nothing_wrong(
        "no_day_missing",
        f"Every day from the first {column} to the as-of day has rows",
        f"""select day from (
            select unnest(generate_series(
                greatest(min({column}), (select min(arrived_on) from {RECEIPTS})), {AS_OF}, interval 1 day
            ))::date as day from {{batch}}
        ) as due where day not in (select {column} from {{batch}} where {column} is not null)""",
        reason="Stores are open every day of the year, so a day without rows is a day that was lost.",
    )


def complete(column: str) -> Check:
    """``column`` is never null."""
    reason = "Readers group and join by it; a null would drop out of their sums without a word."
    title = f"{column} is always known"
    return Check(f"{column}_complete", title, "fail", reason, "ExpectColumnValuesToNotBeNull", {"column": column})


def known_at_least(column: str) -> Check:
    """The share of rows with a value in ``column`` is at least the threshold."""
    return Check(
        f"{column}_known_share",
        f"{column} is known for the share of rows that is usual",
        "warn",
        _DECIDED,
        "ExpectColumnProportionOfNonNullValuesToBeBetween",
        {"column": column, "min_value": THRESHOLD},
    )


def between(column: str, low: float | None, high: float | None, *, reason: str, severity: Severity = "fail") -> Check:
    """Every value of ``column`` that is not null lies in ``[low, high]``."""
    bounds = " and ".join(
        part
        for part in (f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else "")
        if part
    )
    arguments: Mapping[str, Any] = {"column": column, "min_value": low, "max_value": high}
    expectation = "ExpectColumnValuesToBeBetween"
    return Check(f"{column}_in_range", f"{column} is {bounds}", severity, reason, expectation, arguments)


def one_of(column: str, values: Sequence[str], *, reason: str, severity: Severity = "fail") -> Check:
    """Every value of ``column`` that is not null is one of ``values``."""
    title = f"{column} is one of {', '.join(values)}"
    arguments = {"column": column, "value_set": list(values)}
    return Check(f"{column}_in_set", title, severity, reason, "ExpectColumnValuesToBeInSet", arguments)


def median_at_least(column: str) -> Check:
    """The median of ``column`` is not below the threshold."""
    return _median(column, "min_value", "at_least", "not lower")


def median_at_most(column: str) -> Check:
    """The median of ``column`` is not above the threshold."""
    return _median(column, "max_value", "at_most", "not higher")


def _median(column: str, argument: str, suffix: str, words: str) -> Check:
    return Check(
        f"{column}_median_{suffix}",
        f"The median of {column} is {words} than is usual",
        "warn",
        _DECIDED,
        "ExpectColumnMedianToBeBetween",
        {"column": column, argument: THRESHOLD},
    )


def usual_volume(column: str) -> Check:
    """Rows of the as-of day are at least ``threshold`` times the median of the 28 days before."""
    return within_threshold(
        "as_of_day_volume",
        f"Rows by {column} on the as-of day are not far below the median of the four weeks before",
        f"""with days as (
            select {column} as day, count(*) as row_count from {{batch}}
            where {column} between {AS_OF} - 28 and {AS_OF} group by {column}
        )
        select 1 as wrong from days
        having count(*) filter (where day < {AS_OF}) >= 7
            and coalesce(max(row_count) filter (where day = {AS_OF}), 0)
                < {THRESHOLD} * median(row_count) filter (where day < {AS_OF})""",
    )
