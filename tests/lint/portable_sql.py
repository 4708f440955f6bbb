"""Does the SQL of the models mean the same on DuckDB and on Spark? ``python -m tests.lint.portable_sql DIR ...``

Names every use of a function, an operator or a type that the two engines spell or understand differently, and the macro
of ``macros/portable/`` to use instead; files in a folder ``portable`` are where those may stand. The check reads tokens,
not types: it knows what is written, not what a column holds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

EXEMPT_FOLDER = "portable"


@dataclass(frozen=True)
class Rule:
    """One spelling that may not stand in a model."""

    names: tuple[str, ...]
    """Functions it is about, or a word for it where it is no function."""
    pattern: re.Pattern[str]
    reason: str
    instead: str


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule."""

    path: Path
    line: int
    found: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.found}: {self.rule.reason}; use {self.rule.instead}"


def _functions(names: str, reason: str, instead: str) -> Rule:
    listed = tuple(names.split())
    return Rule(listed, re.compile(rf"(?<![\w.])(?:{'|'.join(listed)})\s*\("), reason, instead)


def _pattern(name: str, pattern: str, reason: str, instead: str) -> Rule:
    return Rule((name,), re.compile(pattern), reason, instead)


_WHOLE_NUMBER = r"(?:tinyint|smallint|int|integer|bigint|hugeint)"

RULES: tuple[Rule, ...] = (
    # Silently different.
    _functions("log log2 log10 ln", "the base, and what zero gives, differ", "ln(x) of positive x in a portable macro"),
    _functions("pow power", "whole numbers give another type", "a product, or a portable macro"),
    _functions("concat concat_ws", "a null is skipped on one engine and spreads on the other", "||"),
    _functions("hash xxhash64", "every engine has its own", "md5"),
    _functions("dayofweek dow isodow weekday", "the week begins elsewhere", "iso_weekday"),
    _functions("dayname monthname", "spelled differently", "iso_weekday, or dim_dates"),
    _functions("any_value arbitrary first last first_value_any", "which row, and whether null counts, differs",
               "max_by or min_by with a total order"),
    _functions("avg mean", "decimals keep another number of digits", "safe_ratio(sum(x), count(x))"),
    _functions("round trunc bround", "halves of doubles go different ways", "round_decimal"),
    _functions("date_trunc trunc_date", "a date stays a date on one engine only", "month_start or week_start"),
    _pattern("^", r"\^|\*\*", "a power on one engine, exclusive or or an error on the other", "a product"),
    _pattern("/", r"(?<!/)/(?!/)", "decimals keep another number of digits", "safe_ratio or double_quotient"),
    _pattern("date - date", r"\b\w+_(?:on|date|day)\s*[-+]\s*[\w({]|[\w)}]\s*-\s*(?:\w+\.)?\w+_(?:on|date|day)\b",
             "a number on one engine, an interval on the other", "days_between or add_days"),
    _pattern("time - time", r"\b\w+_at\s*[-+]\s*[\w({]|[\w)}]\s*-\s*(?:\w+\.)?\w+_at\b",
             "intervals differ", "minutes_between or epoch_microseconds"),
    _pattern("interval", r"\binterval\b", "a date becomes a timestamp on one engine only", "add_days"),
    # Spelled differently.
    _pattern("//", r"//|(?<![\w.])div(?![\w(])", "spelled differently", "integer_quotient"),
    _functions("divide fdiv mod pmod", "spelled differently", "integer_quotient, or %"),
    _functions("epoch epoch_ms epoch_us epoch_ns unix_timestamp unix_micros unix_millis unix_seconds unix_date "
               "from_unixtime to_unixtime timestamp_micros timestamp_millis timestamp_seconds make_timestamp "
               "make_timestamptz to_seconds to_minutes to_hours to_days",
               "spelled differently", "epoch_microseconds or from_epoch_microseconds"),
    _pattern("extract", r"\bextract\s*\(\s*(?:epoch|dow|isodow|dayofweek|week|second|seconds|microseconds?|milliseconds?)"
             r"|\bdate_part\s*\(|\bdatepart\s*\(", "the parts differ", "iso_weekday, week_start or epoch_microseconds"),
    _functions("strptime try_strptime strftime to_date to_timestamp try_to_timestamp try_to_date date_format to_char",
               "formats are spelled differently", "a cast from ISO 8601, or a portable macro"),
    _functions("date_diff datediff date_sub datesub date_add dateadd timestampdiff timestampadd add_months "
               "months_between age last_day", "arguments and meaning differ", "days_between, add_days or minutes_between"),
    _pattern("timezone", r"\bat\s+time\s+zone\b|(?<![\w.])(?:timezone|from_utc_timestamp|to_utc_timestamp|"
             r"convert_timezone)\s*\(", "spelled differently", "local_timestamp, local_date, day_start or utc_timestamp"),
    _functions("unnest explode posexplode explode_outer inline generate_series range sequence generate_subscripts",
               "spelled differently", "unnest_list, day_spine or number_spine"),
    _pattern("lateral view", r"\blateral\s+view\b", "spelled differently", "unnest_list"),
    _functions(r"list_\w+ array_\w+ len size cardinality list array collect_list collect_set element_at flatten "
               r"list array_agg arrays_zip forall exists_in filter_list transform aggregate reduce",
               "spelled differently", "list_length, list_contains_value, sorted_list or another of macros/portable"),
    _functions(r"struct_\w+ struct named_struct row map map_\w+ json_\w+ get_json_object to_json from_json",
               "spelled differently", "columns"),
    _pattern("[ ]", r"\[", "lists and structs are spelled differently", "columns, or a macro of macros/portable"),
    _pattern("->", r"->", "lambdas are spelled differently", "a macro of macros/portable"),
    _functions("string_agg listagg group_concat", "spelled differently", "joined_text"),
    _functions(r"regexp_\w+ string_split str_split split", "spelled differently", "split_part, like, or a portable macro"),
    _pattern("* exclude", r"\*\s*(?:exclude|except|replace|rename)\b|\bcolumns\s*\(", "spelled differently",
             "the columns by name"),
    _pattern("asof", r"\basof\b", "there on one engine only", "lead() for the end of each interval, then a range join"),
    _pattern("pivot", r"\b(?:un)?pivot\b", "spelled differently", "filter (where ...)"),
    _functions("now today current_timestamp get_current_timestamp random rand uuid gen_random_uuid",
               "a run repeated gives another result", "the as-of day"),
    _pattern("current_date", r"\bcurrent_(?:date|timestamp|time)\b", "a run repeated gives another result",
             "the as-of day"),
    _functions("quantile quantile_cont quantile_disc approx_quantile approx_count_distinct approx_percentile percentile "
               "percentile_approx arg_max arg_min argmax argmin",
               "there on one engine only", "percentile_cont within group, max_by or min_by"),
    _pattern("type", r"\b(?:varchar|text|hugeint|uhugeint|u(?:tiny|small|big)?int(?:eger)?|timestamptz|timestamp_ntz|"
             r"timestamp_ltz|timestamp\s+with(?:out)?\s+time\s+zone|blob|bytea|float4|float8|int4|int8|uuid)\b(?!\s*\()",
             "not a type on both engines", "string, bigint, double, timestamp or binary"),
)  # fmt: skip

_INTEGER_CAST = Rule(
    ("cast to a whole number",),
    re.compile(rf"\bcast\s*\((?P<operand>.*)\bas\s+{_WHOLE_NUMBER}\s*\)"),
    "one engine rounds, the other cuts off",
    "integer_quotient, rounded_integer or floor(...) inside the cast",
)
_NULL_ORDER = Rule(
    ("order by",),
    re.compile(r"\border\s+by\b"),
    "nulls come last on one engine and first on the other",
    "nulls first or nulls last after each ascending column",
)
_FRACTION = re.compile(r"/|\bas\s+(?:double|float|real|decimal)|\bdouble\b|\d\.\d|\b(?:sqrt|exp|ln|random)\s*\(")
_SAFE_FRACTION = re.compile(r"^\s*(?:floor|ceil|ceiling|count|extract)\s*\(")
_JINJA_CALL = "jinja_"

_JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA_STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
_JINJA_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_JINJA_STRING = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_SQL_COMMENT_OR_STRING = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


def lint_text(text: str, path: Path) -> list[Finding]:
    """Findings in one file's text, in the order of their lines."""
    findings = []
    for fragment, first_line in _fragments(text):
        for offset, found, rule in _scan(fragment):
            findings.append(Finding(path, first_line + fragment.count("\n", 0, offset), found, rule))
    return sorted(set(findings), key=lambda finding: (finding.line, finding.found))


def lint_files(paths: Iterable[Path]) -> list[Finding]:
    """Findings in the ``.sql`` files at or below ``paths``, but for those in a folder ``portable``."""
    files = sorted({file for path in paths for file in ([path] if path.is_file() else path.rglob("*.sql"))})
    return [
        finding
        for file in files
        if EXEMPT_FOLDER not in file.parts
        for finding in lint_text(file.read_text(encoding="utf-8"), file)
    ]


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _fragments(text: str) -> Iterator[tuple[str, int]]:
    """The SQL outside Jinja with each call as one word, then the SQL that is passed to macros as strings."""
    text = _JINJA_COMMENT.sub(_blank, text)
    # The strings of a Jinja expression may hold quotes of SQL, so SQL comments go first, strings last.
    for expression in _JINJA_EXPRESSION.finditer(text):
        for string in _JINJA_STRING.finditer(expression.group()):
            content = string.group(1) or string.group(2) or ""
            if "(" in content or " " in content:
                start = expression.start() + string.start()
                yield _without_comments(content.lower()), 1 + text.count("\n", 0, start)
    plain = _JINJA_STATEMENT.sub(_blank, text)
    plain = _JINJA_EXPRESSION.sub(_as_word, plain)
    yield _without_comments(plain.lower()), 1


def _as_word(match: re.Match[str]) -> str:
    name = re.match(r"\{\{-?\s*(\w+)", match.group())
    word = _JINJA_CALL + (name.group(1) if name else "value")
    return f" {word} " + "\n" * match.group().count("\n")


def _without_comments(sql: str) -> str:
    def replace(match: re.Match[str]) -> str:
        return "''" + "\n" * match.group().count("\n") if match.group().startswith("'") else _blank(match)

    return _SQL_COMMENT_OR_STRING.sub(replace, sql)


def _scan(sql: str) -> Iterator[tuple[int, str, Rule]]:
    for rule in RULES:
        for match in rule.pattern.finditer(sql):
            if rule.names == ("/",) and _is_double_quotient(sql, match.start()):
                continue
            yield match.start(), " ".join(match.group().replace("(", " ").split()), rule
    yield from _integer_casts(sql)
    yield from _null_orders(sql)


def _is_double_quotient(sql: str, slash: int) -> bool:
    """Whether what is divided is cast to a double right there."""
    before = sql[:slash].rstrip()
    if before.endswith(")"):
        return bool(re.search(r"\bas\s+double\s*$", before[:-1]))
    return bool(re.search(r"::\s*double$", before))


def _integer_casts(sql: str) -> Iterator[tuple[int, str, Rule]]:
    for match in re.finditer(r"\b(?:try_)?cast\s*\(", sql):
        body = _parenthesised(sql, match.end() - 1)
        cast = re.fullmatch(rf"(?s)(?P<operand>.*)\bas\s+{_WHOLE_NUMBER}\s*", body)
        if cast and _FRACTION.search(cast["operand"]) and not _SAFE_FRACTION.match(cast["operand"]):
            yield match.start(), "cast to a whole number", _INTEGER_CAST


def _null_orders(sql: str) -> Iterator[tuple[int, str, Rule]]:
    for match in _NULL_ORDER.pattern.finditer(sql):
        for key, offset in _order_keys(sql, match.end()):
            # Descending, nulls come last on both.
            if key and not re.search(r"\bnulls\s+(?:first|last)$|\bdesc$", key):
                yield offset, f"order by {' '.join(key.split())}", _NULL_ORDER


_ORDER_END = re.compile(r"\b(?:rows|range|groups|limit|offset|qualify|union|window|select|where)\b")


def _order_keys(sql: str, start: int) -> Iterator[tuple[str, int]]:
    depth, key_start = 0, start
    position = start
    while position < len(sql):
        character = sql[position]
        ends = depth == 0 and (character in ");" or _ORDER_END.match(sql, position) is not None)
        if ends:
            break
        if character == "," and depth == 0:
            yield sql[key_start:position].strip(), _first_word(sql, key_start)
            key_start = position + 1
        depth += {"(": 1, ")": -1}.get(character, 0)
        position += 1
    yield sql[key_start:position].strip(), _first_word(sql, key_start)


def _first_word(sql: str, start: int) -> int:
    return start + len(sql[start:]) - len(sql[start:].lstrip())


def _parenthesised(sql: str, opening: int) -> str:
    depth = 0
    for position in range(opening, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return sql[opening + 1 : position]
    return sql[opening + 1 :]


def main(arguments: Sequence[str]) -> int:
    """Print each finding; 1 if there is any."""
    paths = [Path(argument) for argument in arguments]
    absent = [str(path) for path in paths if not path.exists()]
    if absent or not paths:
        sys.stderr.write(f"No such file or folder: {', '.join(absent) or '(none given)'}\n")
        return 2
    findings = lint_files(paths)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(findings)} places that DuckDB and Spark may read differently\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
