"""Does a text, as some source sent it, hold an identifier in any of its spellings?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_DIGIT_NOISE = re.compile(r"(?<=\d)[\s\-‐-―−().]+(?=\d)")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Needles:
    """What is looked for: identifiers as the vault keeps them, tokens, or both."""

    def __init__(self, texts: Collection[str]) -> None:
        self.texts = tuple(sorted(texts))
        self._pattern = re.compile("|".join(re.escape(text) for text in self.texts) or r"(?!)")

    def are_in(self, text: str) -> bool:
        """Whether any is in ``text``: written plainly, full-width, escaped as in JSON, or, for digits, with blanks,
        dashes, dots or brackets between them."""
        plain = unicodedata.normalize("NFKC", _ESCAPE.sub(_unescaped, text))
        return bool(self._pattern.search(plain) or self._pattern.search(_DIGIT_NOISE.sub("", plain)))


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
