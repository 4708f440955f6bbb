"""One JSON record, examined in full: is it sound, are its values of the right kind, what does its shape not know."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

import polars as pl
from polars.datatypes import DataTypeClass

from assets.feeds.base import DocumentShape
from assets.ingest.batch import public_name

_MAX_ID_LENGTH = 128


class Examined(NamedTuple):
    """What was found in one record; no rule means it is sound."""

    rule: str | None
    detail: str | None
    record_id: str | None
    unknown: list[tuple[str, Any]]
    """Names (nested ones as ``lines[].colour``) and values of keys the shape does not know."""


class _DuplicateKeyError(ValueError):
    """An object names one key twice."""


class _NotANumberError(ValueError):
    """NaN or an infinity, which JSON does not have."""


def examine(line: str, shape: DocumentShape) -> Examined:
    """Examine one line. Details name columns and rules, never values."""
    try:
        document = json.loads(line, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except _DuplicateKeyError as error:
        return Examined("duplicate_key", f"{error} appears twice in one object", None, [])
    except _NotANumberError:
        return Examined("invalid_json", "NaN or an infinity where a number belongs", None, [])
    except json.JSONDecodeError as error:
        return Examined("invalid_json", f"broken JSON at character {error.pos + 1}", None, [])
    except (ValueError, RecursionError):
        return Examined("invalid_json", "a number too long or nesting too deep", None, [])
    if not isinstance(document, dict):
        return Examined("invalid_json", "the record is no JSON object", None, [])
    wrong: list[str] = []
    unknown: list[tuple[str, Any]] = []
    for name, value in document.items():
        dtype = shape.document.get(name)
        if dtype is None:
            unknown.append((public_name(name), {name: value} if public_name(name) != name else value))
        else:
            _walk(name, value, dtype, wrong, unknown)
    if document and len(unknown) == len(document):
        next_step = "none of its keys is known: have the source send this feed's documents, or add the shape of its own"
        return Examined("unknown_shape", next_step, None, unknown)
    identity = _record_id(document, shape)
    if wrong:
        return Examined("wrong_type", ", ".join(dict.fromkeys(wrong)), identity, unknown)
    return Examined(None, None, identity, unknown)


def _walk(
    path: str, value: Any, dtype: pl.DataType | DataTypeClass, wrong: list[str], unknown: list[tuple[str, Any]]
) -> None:
    """Note in ``wrong`` the paths whose values do not fit ``dtype``, in ``unknown`` what it does not hold."""
    if value is None:
        return
    if isinstance(dtype, pl.Struct):
        if not isinstance(value, dict):
            wrong.append(path)
            return
        fields = dtype.to_schema()
        for name, inner in value.items():
            if name in fields:
                _walk(f"{path}.{name}", inner, fields[name], wrong, unknown)
            else:
                unknown.append((f"{path}.{public_name(name)}", {name: inner} if public_name(name) != name else inner))
    elif isinstance(dtype, pl.List):
        if not isinstance(value, list):
            wrong.append(path)
            return
        for entry in value:
            _walk(f"{path}[]", entry, dtype.inner, wrong, unknown)
    elif not _fits(value, dtype):
        wrong.append(path)


def _fits(value: Any, dtype: pl.DataType | DataTypeClass) -> bool:
    """Whether a JSON scalar is of the kind a column holds."""
    if isinstance(dtype, pl.Boolean):
        return isinstance(value, bool)
    if isinstance(dtype, pl.Int64):
        return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    if isinstance(dtype, pl.Float64 | pl.Decimal):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return abs(value) < 1e300 and math.isfinite(value)
    return isinstance(value, str)


def _record_id(document: dict[str, Any], shape: DocumentShape) -> str | None:
    """The record's id where it is whole, of a sane length, and names nobody."""
    parts = [_at(document, path) for path in shape.id_path]
    if not parts or not all(isinstance(part, str | int) and part and not isinstance(part, bool) for part in parts):
        return None
    joined = "|".join(map(str, parts))
    return joined if len(joined) <= _MAX_ID_LENGTH else None


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateKeyError(public_name(next(name for name in names if names.count(name) > 1)))
    return found


def _no_constant(_: str) -> Any:
    raise _NotANumberError
