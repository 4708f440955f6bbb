"""From the types a format gives to the types a row contract asks for. A cast never loses a value in silence.

Every cast here gives null where the value does not fit; the caller compares nulls before and after, and what became
null is a failure.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from polars.datatypes import DataTypeClass

_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
_FLOATS = (pl.Float32, pl.Float64)
_TEXTS = (pl.String, pl.Categorical, pl.Enum)
# Widest money that 12 digits with two decimals hold.
_MAX_CENTS = 10**12 - 1
# A decimal read as a float is off by a few units in the last place, more when multiplied: that is no third decimal.
_FLOAT_TOLERANCE = 2.0**-50
_CENT_TOLERANCE = 1e-9
_ISO_WITH_OFFSET = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$"
_ISO_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%#z"
_PLAIN_FORMAT = "%Y-%m-%dT%H:%M:%S"
_PLAIN_LENGTH = 19
# The offset that sources of this chain send; a column that has no other is parsed several times faster.
_USUAL_OFFSET = "+08:00"
_USUAL_TO_UTC = "-8h"
# Below this many rows, finding out whether the quick way is open costs more than it saves.
_QUICK_ROWS = 10_000


def can_cast(found: pl.DataType | DataTypeClass, expected: pl.DataType | DataTypeClass) -> bool:
    """Whether values of a file's column type can be what a contract expects at all."""
    if isinstance(found, pl.Null):
        return True
    if isinstance(expected, pl.List):
        return isinstance(found, pl.List) and can_cast(found.inner, expected.inner)
    if isinstance(expected, pl.Struct):
        if not isinstance(found, pl.Struct):
            return False
        fields = found.to_schema()
        return all(name in fields and can_cast(fields[name], inner) for name, inner in expected.to_schema().items())
    if isinstance(found, _TEXTS):
        return True
    if isinstance(expected, pl.Datetime):
        return isinstance(found, pl.Datetime) and found.time_zone is not None
    if isinstance(expected, pl.Date):
        return isinstance(found, pl.Date)
    if isinstance(expected, pl.Boolean):
        return isinstance(found, pl.Boolean)
    if isinstance(expected, pl.String):
        return False
    return isinstance(found, (*_INTEGERS, *_FLOATS, pl.Decimal))


def cast_frame(raw: pl.DataFrame, expected: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Cast the columns in ``expected``, null where a value does not fit its type exactly."""
    usual = _columns_with_usual_offset(raw, expected)
    found = raw.schema
    return raw.select(
        _cast(pl.col(name), found[name], dtype, has_usual_offset=name in usual).alias(name)
        for name, dtype in expected.items()
    )


def _cast(value: pl.Expr, found: pl.DataType, expected: pl.DataType, has_usual_offset: bool) -> pl.Expr:
    if found == expected:
        return value
    if isinstance(found, pl.Null) or isinstance(expected, pl.List | pl.String):
        return value.cast(expected, strict=False)
    if isinstance(found, _TEXTS):
        text = value if isinstance(found, pl.String) else value.cast(pl.String)
        return _usual_time(text) if has_usual_offset else _from_text(text, expected)
    if isinstance(expected, pl.Decimal):
        return _to_money(value, found, expected)
    if isinstance(expected, pl.Int64) and isinstance(found, (*_FLOATS, pl.Decimal)):
        whole = value.cast(pl.Int64, strict=False)
        return pl.when(whole.cast(pl.Float64) == value.cast(pl.Float64)).then(whole)
    return value.cast(expected, strict=False)


def _from_text(text: pl.Expr, expected: pl.DataType) -> pl.Expr:
    """Cast CSV or JSON text."""
    if isinstance(expected, pl.Datetime):
        with_t = _keep(text, _ISO_WITH_OFFSET).str.replace(" ", "T", literal=True)
        return with_t.str.to_datetime(_ISO_FORMAT, time_unit="us", time_zone="UTC", strict=False)
    if isinstance(expected, pl.Date):
        return _keep(text, r"^\d{4}-\d{2}-\d{2}$").str.to_date("%Y-%m-%d", strict=False)
    if isinstance(expected, pl.Boolean):
        flags = {"true": True, "false": False}
        return text.str.to_lowercase().replace_strict(flags, default=None, return_dtype=pl.Boolean)
    if isinstance(expected, pl.Decimal):
        return _keep(text, r"^-?\d{1,10}(?:\.\d{1,2})?$").cast(expected, strict=False)
    if isinstance(expected, pl.Int64):
        return _keep(text, r"^-?\d{1,19}$").cast(expected, strict=False)
    return _keep(text, r"^-?\d{1,30}(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$").cast(expected, strict=False)


def _usual_time(text: pl.Expr) -> pl.Expr:
    """Text known to end in the usual offset to UTC."""
    plain = _keep(text, _ISO_WITH_OFFSET).str.head(_PLAIN_LENGTH)
    local = plain.str.to_datetime(_PLAIN_FORMAT, time_unit="us", strict=False)
    return local.dt.offset_by(_USUAL_TO_UTC).dt.replace_time_zone("UTC")


def _columns_with_usual_offset(raw: pl.DataFrame, expected: Mapping[str, pl.DataType]) -> set[str]:
    """Text columns of times whose every value is ``YYYY-MM-DDThh:mm:ss+08:00`` by length, ``T`` and ending."""
    times = [
        name
        for name, dtype in expected.items()
        if isinstance(dtype, pl.Datetime) and isinstance(raw.schema[name], pl.String)
    ]
    if raw.height < _QUICK_ROWS or not times:
        return set()
    length = _PLAIN_LENGTH + len(_USUAL_OFFSET)
    usual = raw.select(
        (
            pl.col(name).str.ends_with(_USUAL_OFFSET)
            & (pl.col(name).str.len_bytes() == length)
            & (pl.col(name).str.slice(10, 1) == "T")
        ).all()
        for name in times
    )
    return {name for name in times if usual[name][0]}


def _to_money(value: pl.Expr, found: pl.DataType, expected: pl.Decimal) -> pl.Expr:
    """Numbers to exact decimals; null for more than two decimals, NaN, or more than ten digits before the point."""
    if isinstance(found, pl.Decimal):
        exact = value.cast(expected, strict=False)
        return pl.when(exact.cast(pl.Float64) == value.cast(pl.Float64)).then(exact)
    hundredfold = value.cast(pl.Float64) * 100
    cents = hundredfold.round()
    is_exact = (hundredfold - cents).abs() <= _CENT_TOLERANCE + cents.abs() * _FLOAT_TOLERANCE
    is_sound = cents.is_finite() & (cents.abs() <= _MAX_CENTS) & is_exact
    # Whole cents are integers from here on: no float is involved in the last step.
    whole = pl.when(is_sound).then(cents).cast(pl.Int64)
    return (whole.cast(pl.Decimal(20, 2)) / 100).cast(expected, strict=False)


def _keep(text: pl.Expr, pattern: str) -> pl.Expr:
    return pl.when(text.str.contains(pattern)).then(text)
