"""Which themes an open answer touches: pure functions from text and patterns to codes.

Themes and patterns are data (seed ``survey_themes``, with an example for each); texts are read as the content checker
reads them. Belongs here: matching, and what is kept of an answer. Does not belong here: where answers come from and go.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from assets.content_reviews.checking import normalised
from warehouse.settings import PROJECT_ROOT

SEED = PROJECT_ROOT / "dbt_project" / "seeds" / "people" / "survey_themes.csv"
_ID_DIGITS = 12
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True)
class Themes:
    """Patterns by theme, in the order of the codes, and a fingerprint of them."""

    patterns: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]
    rules_id: str


def themes_of_seed(seed: pl.DataFrame) -> Themes:
    """Themes from the rows of the seed.

    Args:
        seed: ``theme_code, pattern``; a theme has a row per language.

    Raises:
        ValueError: a pattern is no regular expression; the message names its theme.
    """
    rows = sorted(seed.select("theme_code", "pattern").iter_rows())
    compiled: dict[str, list[re.Pattern[str]]] = {}
    for code, pattern in rows:
        try:
            compiled.setdefault(code, []).append(re.compile(pattern))
        except re.error as error:
            raise ValueError(f"seed survey_themes, theme {code}: {pattern!r} is no pattern ({error})") from error
    fingerprint = hashlib.sha256("\n".join(f"{code}\t{pattern}" for code, pattern in rows).encode()).hexdigest()
    return Themes(tuple((code, tuple(patterns)) for code, patterns in compiled.items()), fingerprint[:_ID_DIGITS])


@cache
def themes_in_force(seed: Path = SEED) -> Themes:
    """Themes of the seed as it stands."""
    return themes_of_seed(pl.read_csv(seed, infer_schema=False))


def themes_of(answer: str, themes: Themes) -> list[str]:
    """Codes of the themes that an answer touches, sorted; a pattern of any language may find one."""
    text = normalised(answer)
    return [code for code, patterns in themes.patterns if any(pattern.search(text) for pattern in patterns)]


def language_of(answer: str) -> str:
    """``zh`` where a Chinese character is, else ``en``: those are the languages that customers are asked in."""
    return "zh" if _CHINESE.search(answer) else "en"


def answer_columns(answers: pl.Series, themes: Themes) -> list[pl.Series]:
    """What is kept of open answers.

    Args:
        answers: texts; null or blank where nothing was written.
        themes: patterns to look for.

    Returns:
        ``theme_codes`` (list of texts, sorted), ``answer_language`` and ``answer_length`` (characters), null where
        nothing was written, and ``theme_rules_id``, the same in every row.
    """
    written = answers.str.strip_chars().replace("", None)
    return [
        written.map_elements(lambda answer: themes_of(answer, themes), return_dtype=pl.List(pl.String)).alias(
            "theme_codes"
        ),
        written.map_elements(language_of, return_dtype=pl.String).alias("answer_language"),
        written.str.len_chars().cast(pl.Int64).alias("answer_length"),
        pl.repeat(themes.rules_id, len(answers), dtype=pl.String, eager=True).alias("theme_rules_id"),
    ]
