"""Does the SQL of the models mean the same on DuckDB and Spark? ``python -m tests.lint.portable_sql DIR_OR_FILE ...``

Names every use of something in :mod:`tests.lint.portable_rules`; files in a folder named ``portable`` are where that
may stand. In YAML it looks at the types of columns and at the SQL that data tests are given. The check reads words, not
types: it knows what is written, not what a column holds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.lint.portable_rules import INTEGER_CAST, NULL_ORDER, RULES, Rule

EXEMPT_FOLDER = "portable"
YAML_TYPES = {"column_types", "data_type"}
YAML_SQL = {"expression", "where"}
"""Arguments of data tests that are SQL."""

_JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA_STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
_JINJA_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_JINJA_STRING = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_SQL_COMMENT_OR_STRING = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_FRACTION = re.compile(r"/|\b(?:double|float|real|decimal)\b|\d\.\d|\b(?:sqrt|exp)\s*\(")
_WHOLE = re.compile(r"\s*count\s*\(")
_DOUBLE_BEFORE = re.compile(r"\bas\s+double\s*\)\s*$|::\s*double\s*$")
_NOT_ZERO_AFTER = re.compile(r"/\s*(?:nullif\s*\(|(?:cast\s*\(\s*)?0*\.?0*[1-9])")
_ORDER_END = re.compile(r"\b(?:rows|range|groups|limit|offset|qualify|union|except|intersect|select)\b")


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule."""

    path: Path
    line: int
    found: str
    rule: Rule

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}"
        return f"{place}: {self.found}: {self.rule.reason} (rule: {self.rule.name}); use {self.rule.instead}"


def lint_files(paths: Iterable[Path]) -> list[Finding]:
    """Findings in the SQL and YAML files at or below ``paths``, but for those in a folder named ``portable``."""
    suffixes = {".sql", ".yml"}
    files = sorted(
        {file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.suffix in suffixes}
    )
    return [
        finding
        for file in files
        if EXEMPT_FOLDER not in file.parts
        for finding in lint_text(file.read_text(encoding="utf-8"), file)
    ]


def lint_text(text: str, path: Path) -> list[Finding]:
    """Findings in one file's text, by line."""
    found = {
        Finding(path, first_line + sql.count("\n", 0, offset), words, rule)
        for sql, first_line in (_yaml_fragments(yaml.compose(text)) if path.suffix == ".yml" else _fragments(text))
        for offset, words, rule in _scan(sql)
    }
    return sorted(found, key=lambda finding: (finding.line, finding.found))


def _fragments(text: str) -> Iterator[tuple[str, int]]:
    """Lower-case SQL with the line it begins in: what macros are given as strings, then all outside Jinja."""
    text = _JINJA_COMMENT.sub(_blank, text)
    for jinja in _JINJA_EXPRESSION.finditer(text):
        for string in _JINJA_STRING.finditer(jinja.group()):
            sql = string.group(1) or string.group(2) or ""
            yield _plain(sql), 1 + text.count("\n", 0, jinja.start() + string.start())
    yield _plain(_JINJA_EXPRESSION.sub(_as_word, _JINJA_STATEMENT.sub(_blank, text))), 1


def _yaml_fragments(node: yaml.Node | None, key: str = "") -> Iterator[tuple[str, int]]:
    """SQL in a properties file with its line: types of columns, and what data tests are given."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            # Unit tests run on DuckDB, where their rows are written in its own SQL.
            if name.value != "unit_tests":
                yield from _yaml_fragments(value, key if key == "column_types" else name.value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _yaml_fragments(value)
    elif isinstance(node, yaml.ScalarNode) and key in YAML_TYPES:
        yield f"as {node.value.lower()}", node.start_mark.line + 1
    elif isinstance(node, yaml.ScalarNode) and key in YAML_SQL:
        yield _plain(node.value), node.start_mark.line + 1


def _plain(sql: str) -> str:
    """Lower case, without comments and texts; every line stays where it is."""

    def replace(match: re.Match[str]) -> str:
        return "''" + "\n" * match.group().count("\n") if match.group().startswith("'") else _blank(match)

    return _SQL_COMMENT_OR_STRING.sub(replace, sql).lower()


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _as_word(match: re.Match[str]) -> str:
    """One word with the macro's name, so that ``{{ local_date(x) }} - 1`` still reads as a date less a number."""
    name = re.match(r"\{\{-?\s*(\w+)", match.group())
    return f" jinja_{name.group(1) if name else 'value'} " + "\n" * match.group().count("\n")


def _scan(sql: str) -> Iterator[tuple[int, str, Rule]]:
    for rule in RULES:
        for match in rule.pattern.finditer(sql):
            if rule.name != "/" or not _divides_a_double(sql, match.start()):
                yield match.start(), " ".join(match.group().rstrip("( ").split()), rule
    for match in re.finditer(r"\bcast\s*\(", sql):
        cast = INTEGER_CAST.pattern.fullmatch(_parenthesised(sql, match.end() - 1))
        if cast and _FRACTION.search(cast["operand"]) and not _WHOLE.match(cast["operand"]):
            yield match.start(), INTEGER_CAST.name, INTEGER_CAST
    for match in NULL_ORDER.pattern.finditer(sql):
        for offset, key in _order_keys(sql, match.end()):
            # Descending, nulls come last on both.
            if not re.search(r"\bnulls\s+(?:first|last)$|\bdesc$", key):
                yield offset, f"order by {' '.join(key.split())}", NULL_ORDER


def _divides_a_double(sql: str, slash: int) -> bool:
    """Whether a double, cast right there, is divided by what cannot be zero: the quotient is then the same on both."""
    return bool(_DOUBLE_BEFORE.search(sql[:slash]) and _NOT_ZERO_AFTER.match(sql, slash))


def _order_keys(sql: str, start: int) -> Iterator[tuple[int, str]]:
    """The keys after an ``order by`` with their places; the clause ends with its parenthesis or the next clause."""
    depth, key_start, position = 0, start, start
    while position < len(sql):
        character = sql[position]
        if depth == 0 and (character in ");" or _ORDER_END.match(sql, position)):
            break
        if depth == 0 and character == ",":
            yield from _order_key(sql, key_start, position)
            key_start = position + 1
        depth += {"(": 1, ")": -1}.get(character, 0)
        position += 1
    yield from _order_key(sql, key_start, position)


def _order_key(sql: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    key = sql[start:end]
    # A key that a macro writes is that macro's business.
    if key.strip() and not key.strip().startswith("jinja_"):
        yield start + len(key) - len(key.lstrip()), key.strip()


def _parenthesised(sql: str, opening: int) -> str:
    depth = 0
    for position in range(opening, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return sql[opening + 1 : position]
    return sql[opening + 1 :]


def main(arguments: Sequence[str]) -> int:
    """Write each finding to standard output; 1 if there is any, 2 if there is nothing to look at."""
    paths = [Path(argument) for argument in arguments]
    absent = [str(path) for path in paths if not path.exists()]
    if absent or not paths:
        sys.stderr.write(f"Give folders or .sql files that exist, not: {', '.join(absent) or 'nothing'}\n")
        return 2
    findings = lint_files(paths)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    if findings:
        sys.stdout.write(f"{len(findings)} places that DuckDB and Spark may read differently\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
