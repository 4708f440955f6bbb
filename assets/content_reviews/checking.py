"""What advertising and health content may not say: pure functions from text and rules to breaches.

Rules and patterns are data (seeds ``content_rules`` and ``content_patterns``, with their sources in law); here is how a
text is read. Belongs here: normalisation and matching. Does not belong here: where texts come from and go.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

PRESCRIPTION_DRUG_ADVERTISED = "prescription_drug_advertised"
APPROVAL_NUMBER_MISSING = "approval_number_missing"
_PRESCRIPTION_ONLY = "rx"
_OVER_THE_COUNTER = {"otc_a", "otc_b"}
#: What is put between letters to hide a word. Sentence marks are not among them: they keep words apart.
_SEPARATORS = r"\s*·•\-_.|/~+^"
_CHINESE = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_BETWEEN_CHINESE = re.compile(rf"(?<={_CHINESE})[{_SEPARATORS}]+(?={_CHINESE})")
_LETTER = "[a-z0-9]"
_SPACED_OUT = re.compile(rf"(?<!{_LETTER}){_LETTER}(?:(?:[{_SEPARATORS}]|\s[.\-*]\s){_LETTER}){{2,}}(?!{_LETTER})")
_SEPARATOR = re.compile(rf"[{_SEPARATORS}]")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Rule:
    """A rule, the kinds of content it holds for, and the patterns of words that break it."""

    code: str
    content_kinds: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Piece:
    """A piece of content, and what is known of the product that it is about."""

    kind: str
    text: str
    product_name: str | None = None
    prescription_class: str | None = None
    approval_number: str | None = None


@dataclass(frozen=True)
class Breach:
    """A rule that a piece breaks, and the words of its normalised text that do so."""

    rule_code: str
    words: tuple[str, ...]


def normalised(text: str) -> str:
    """The text as a reader takes it in, whatever hides its words.

    Full-width and other compatibility characters become plain ones (Unicode NFKC), case is folded, invisible characters
    go, and so do separators between Chinese characters and between single letters (``c u r e``, ``根*治``).
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    joined = _SPACED_OUT.sub(lambda found: _SEPARATOR.sub("", found.group()), visible)
    return _BLANKS.sub(" ", _BETWEEN_CHINESE.sub("", joined)).strip()


def rules_of(rules: pl.DataFrame, patterns: pl.DataFrame) -> list[Rule]:
    """Rules from the rows of the seeds.

    Args:
        rules: ``rule_code, content_kinds`` (separated by ``|``).
        patterns: ``rule_code, pattern``; a rule may have several or none.

    Raises:
        ValueError: a pattern is no regular expression; the message names its rule.
    """
    compiled: dict[str, list[re.Pattern[str]]] = {}
    for code, pattern in patterns.select("rule_code", "pattern").iter_rows():
        try:
            compiled.setdefault(code, []).append(re.compile(pattern))
        except re.error as error:
            raise ValueError(f"seed content_patterns, rule {code}: {pattern!r} is no pattern ({error})") from error
    return [
        Rule(code, frozenset(kinds.split("|")), tuple(compiled.get(code, [])))
        for code, kinds in rules.select("rule_code", "content_kinds").iter_rows()
    ]


def breaches_of(piece: Piece, rules: Iterable[Rule]) -> list[Breach]:
    """Every rule that a piece breaks, in the order of the rules."""
    text = normalised(piece.text)
    found = []
    for rule in rules:
        if piece.kind not in rule.content_kinds:
            continue
        words = _words(rule, piece, text)
        if words:
            found.append(Breach(rule.code, words))
    return found


def _words(rule: Rule, piece: Piece, text: str) -> tuple[str, ...]:
    if rule.code == PRESCRIPTION_DRUG_ADVERTISED:
        is_broken = piece.prescription_class == _PRESCRIPTION_ONLY
        return (piece.product_name or piece.prescription_class or "",) if is_broken else ()
    if rule.code == APPROVAL_NUMBER_MISSING:
        is_medicine = piece.prescription_class in _OVER_THE_COUNTER
        is_shown = piece.approval_number is not None and normalised(piece.approval_number) in text
        return (piece.approval_number or piece.product_name or "",) if is_medicine and not is_shown else ()
    return tuple(sorted({match.group().strip() for pattern in rule.patterns for match in pattern.finditer(text)}))
