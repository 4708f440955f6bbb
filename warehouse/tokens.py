"""Tokens that stand in for direct identifiers: keyed, the same wherever the same identifier turns up.

``token = first 32 hex digits of HMAC-SHA-256(key, kind + 0x00 + normalised identifier)``. The kind separates domains: a
phone and a card with the same digits have different tokens, while one phone has one token in every feed.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from warehouse.keys import Key, read_or_create_key

IdentifierKind = Literal[
    "phone", "member_card", "unionid", "openid", "external_user_id", "platform_user_id", "member_id"
]
TokenKind = IdentifierKind | Literal["name"]
"""Kinds of texts that become tokens: identifiers, and names, which many bear."""
IDENTIFIER_KINDS: tuple[IdentifierKind, ...] = get_args(IdentifierKind)
TOKEN_KEY_NAME = "token"
TOKEN_HEX_DIGITS = 32

_NAME_NOISE = re.compile(r"[\s\-'’.·•‧・]+")
_PHONE_NOISE = re.compile(r"[\s\-‐-―−().]+")
_CHINA_PREFIX = re.compile(r"^(?:\+86|0086|86)(?=\d{11}$)")


def token_key(keys_folder: Path) -> Key:
    """The key tokens are made with; made at first use."""
    return read_or_create_key(keys_folder, TOKEN_KEY_NAME)


def normalise_identifier(kind: TokenKind, value: str) -> str:
    """Bring spellings of one identifier together; an empty result means there is no identifier.

    Full-width characters become plain ones and blanks around go. Phones lose blanks, dashes, brackets and the Chinese
    country code, names what stands between their parts and capitals. Nothing else is touched: case matters in openids.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if kind == "phone":
        text = _CHINA_PREFIX.sub("", _PHONE_NOISE.sub("", text))
    if kind == "name":
        text = _NAME_NOISE.sub("", text).casefold()
    return text


def token_of(key: Key, kind: TokenKind, value: str | None) -> str | None:
    """Token of one identifier; null for null and for what is empty once normalised."""
    normalised = None if value is None else normalise_identifier(kind, value)
    if not normalised:
        return None
    message = kind.encode() + b"\x00" + normalised.encode("utf-8", "surrogatepass")
    return hmac.digest(key.secret, message, "sha256").hex()[:TOKEN_HEX_DIGITS]


def distinct_tokens(key: Key, kind: TokenKind, values: pl.Series) -> pl.DataFrame:
    """Columns ``identifier`` and ``identifier_token`` with one row per distinct text of a column (``String`` or
    ``List(String)``); the token is null for what is empty."""
    flat = values.drop_nulls().explode(empty_as_null=False) if isinstance(values.dtype, pl.List) else values
    distinct = flat.unique().drop_nulls()
    tokens = pl.Series([token_of(key, kind, value) for value in distinct], dtype=pl.String)
    return pl.DataFrame({"identifier": distinct, "identifier_token": tokens})


def with_tokens(values: pl.Series, tokens: pl.DataFrame) -> pl.Series:
    """Tokens of a column from its :func:`distinct_tokens`: ``String`` to ``String``, ``List(String)`` to
    ``List(String)`` without empty ones."""
    mapping = {"old": tokens["identifier"], "new": tokens["identifier_token"], "default": None}
    if isinstance(values.dtype, pl.List):
        return values.list.eval(pl.element().replace_strict(**mapping, return_dtype=pl.String).drop_nulls())
    return values.replace_strict(**mapping, return_dtype=pl.String)
