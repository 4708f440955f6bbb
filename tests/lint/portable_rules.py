"""What may not stand in a model, because DuckDB and Spark spell it or understand it differently.

Belongs here: the list, each entry with its reason and what to write instead. Does not belong here: how SQL is read
(:mod:`tests.lint.portable_sql`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One spelling, or a family of them, that may not stand in a model."""

    name: str
    pattern: re.Pattern[str]
    reason: str
    instead: str


def _functions(names: str, reason: str, instead: str) -> list[Rule]:
    """A rule for each function; a name may be a pattern."""
    return [Rule(name, re.compile(rf"(?<![\w.]){name}\s*\("), reason, instead) for name in names.split()]


def _written(name: str, pattern: str, reason: str, instead: str) -> list[Rule]:
    return [Rule(name, re.compile(pattern), reason, instead)]


_DATE = r"\w+_(?:on|date|day)"
_TIME = r"\w+_at"
_TYPES = (
    r"varchar|text|hugeint|uhugeint|utinyint|usmallint|uinteger|ubigint|timestamptz|timestamp_ntz|timestamp_ltz"
    r"|timestamp\s+with(?:out)?\s+time\s+zone|blob|bytea|float4|float8|int4|int8|uuid"
)

SILENTLY_DIFFERENT = [
    *_functions("log log2 log10 ln", "base, zero and what lies below are taken differently", "natural_log"),
    *_functions("pow power", "whole numbers give another type", "power"),
    *_functions("exp", "too large a result is infinite", "exponential"),
    *_functions("sqrt cbrt", "below zero the result is no number, which spoils every sum", "square_root"),
    *_functions(
        "floor ceil ceiling", "a double on one engine, a whole number on the other", "integer_floor or integer_ceiling"
    ),
    *_functions("concat concat_ws", "a null is left out on one engine and spreads on the other", "||"),
    *_functions("hash xxhash64", "every engine has its own", "md5"),
    *_functions("dayofweek dow isodow weekday dayname monthname", "the week begins elsewhere", "iso_weekday"),
    *_functions("any_value arbitrary first last", "which row it is differs", "max_by or min_by"),
    *_functions("mode", "of equally frequent values it takes another", "row_number over the counts"),
    *_functions(
        r"corr covar_\w+ regr_\w+ skewness kurtosis kurtosis_pop",
        "of too few or constant values one engine makes null, the other what is no number",
        "safe_ratio of sums",
    ),
    *_functions("avg mean", "decimals keep another number of digits", "safe_ratio(sum(x), count(x))"),
    *_functions(
        "round trunc bround", "halves of doubles go different ways", "rounded, rounded_integer or rounded_decimal"
    ),
    *_functions("date_trunc", "a date stays a date on one engine only", "month_start or week_start"),
    *_written("^", r"\^|\*\*", "a power on one engine only", "power"),
    *_written(
        "/",
        r"(?<!/)/(?!/)",
        "decimals keep another number of digits, and by zero it is an error on one engine only",
        "safe_ratio",
    ),
    *_written(
        "date and number",
        rf"\b{_DATE}\s*[-+]\s*[\w({{]|[\w)}}]\s*-\s*(?:\w+\.)?{_DATE}\b",
        "a number on one engine, an interval on the other",
        "days_between or add_days",
    ),
    *_written(
        "time and number",
        rf"\b{_TIME}\s*[-+]\s*[\w({{]|[\w)}}]\s*-\s*(?:\w+\.)?{_TIME}\b",
        "intervals differ",
        "minutes_between or epoch_microseconds",
    ),
    *_written("interval", r"\binterval\b", "a date becomes a time on one engine only", "add_days"),
    *_functions(
        "now today get_current_timestamp random rand uuid gen_random_uuid",
        "a run repeated gives another result",
        "the as-of day",
    ),
    *_written("current_date", r"\bcurrent_(?:date|timestamp|time)\b", "a run repeated gives another", "the as-of day"),
]

SPELLED_DIFFERENTLY = [
    *_written("//", r"//|(?<![\w.])div(?=[\s\d])", "not known to Spark, or not to DuckDB", "integer_quotient"),
    *_functions("divide fdiv mod pmod", "not known to both", "integer_quotient, or %"),
    *_functions(
        "epoch epoch_ms epoch_us epoch_ns unix_timestamp unix_micros unix_millis unix_seconds unix_date from_unixtime"
        " timestamp_micros timestamp_millis timestamp_seconds make_timestamp make_timestamptz make_date"
        " to_seconds to_minutes to_hours to_days",
        "not known to both",
        "epoch_microseconds or from_epoch_microseconds",
    ),
    *_written(
        "extract",
        r"\bextract\s*\(\s*(?:epoch|dow|isodow|dayofweek|week|seconds?|microseconds?|milliseconds?)|\bdate_?part\s*\(",
        "the parts differ",
        "iso_weekday, week_start or epoch_microseconds",
    ),
    *_functions(
        "strptime try_strptime strftime to_date to_timestamp try_to_timestamp try_to_date date_format to_char",
        "formats are spelled differently",
        "a cast from ISO 8601",
    ),
    *_functions(
        "date_diff datediff date_sub datesub date_add dateadd timestampdiff timestampadd add_months months_between"
        " age last_day",
        "arguments and meaning differ",
        "days_between, add_days or minutes_between",
    ),
    *_written(
        "at time zone", r"\bat\s+time\s+zone\b", "not known to Spark", "local_timestamp, day_start, utc_timestamp"
    ),
    *_functions(
        "timezone from_utc_timestamp to_utc_timestamp convert_timezone",
        "not known to both",
        "local_timestamp, local_date, day_start or utc_timestamp",
    ),
    *_functions(
        "unnest explode posexplode explode_outer inline generate_series range sequence generate_subscripts",
        "not known to both",
        "list_items, day_spine or number_spine",
    ),
    *_written("lateral view", r"\blateral\s+view\b", "not known to DuckDB", "list_items"),
    *_functions(
        r"list_\w+ array_\w+ list array len size cardinality collect_list collect_set element_at flatten arrays_zip"
        r" transform aggregate reduce",
        "not known to both",
        "list_length, list_has, list_items or another of macros/portable",
    ),
    *_functions(
        r"struct_\w+ struct named_struct row map map_\w+ json_\w+ get_json_object to_json from_json",
        "not known to both",
        "columns",
    ),
    *_written("[", r"\[", "lists and structs are spelled differently", "columns, or a macro of macros/portable"),
    *_written("->", r"->", "lambdas are spelled differently", "a macro of macros/portable"),
    *_functions("string_agg listagg group_concat", "spelled differently", "joined_text"),
    *_functions(r"regexp_\w+ string_split str_split split", "spelled differently", "split_part or like"),
    *_written("* exclude", r"\*\s*(?:exclude|except|replace|rename)\b", "spelled differently", "the columns by name"),
    *_functions("columns", "not known to Spark", "the columns by name"),
    *_written("asof", r"\basof\b", "not known to Spark", "next_start, then a join on is_in_force"),
    *_written("pivot", r"\b(?:un)?pivot\b", "spelled differently", "filter (where ...)"),
    *_functions(
        "quantile quantile_cont quantile_disc approx_quantile approx_percentile percentile percentile_approx"
        " percentile_cont percentile_disc median",
        "not known to both, or decimals stay decimals on one engine only",
        "quantile",
    ),
    *_functions("arg_max arg_min argmax argmin", "not known to both", "max_by or min_by"),
    *_functions("approx_count_distinct", "every engine has its own", "count(distinct ...)"),
    *_written("ignore nulls", r"\bignore\s+nulls\b", "stands elsewhere", "last_known"),
    *_written("distinct on", r"\bdistinct\s+on\b", "not known to Spark", "qualify row_number() ... = 1"),
    *_written("semi join", r"\b(?:semi|anti)\s+join\b", "spelled differently", "where [not] exists (...)"),
    *_functions("isinf isfinite", "not known to Spark", "finite"),
    *_functions("format printf format_string", "formats are spelled differently", "||"),
    *_functions(
        "strpos starts_with startswith ends_with endswith prefix suffix", "not known to both", "like, or position"
    ),
    *_written("type", rf"(?:\bas\s+|::\s*)(?:{_TYPES})\b", "not a type on both engines", "string, bigint, double ..."),
]

RULES = [*SILENTLY_DIFFERENT, *SPELLED_DIFFERENTLY]

INTEGER_CAST = Rule(
    "cast to a whole number",
    re.compile(r"(?s)(?P<operand>.*)\bas\s+(?:tinyint|smallint|int|integer|bigint)\s*"),
    "a fraction is rounded on one engine and cut off on the other",
    "rounded_integer, integer_floor, integer_ceiling or integer_quotient",
)
"""Matches what stands between the parentheses of a cast."""

NULL_ORDER = Rule(
    "order by",
    re.compile(r"\border\s+by\b"),
    "ascending, nulls come last on one engine and first on the other",
    "nulls first or nulls last",
)
