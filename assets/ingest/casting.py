"""From the types a format gives to the types a row contract asks for. A cast never loses a value in silence.

Every cast here gives null where the value does not fit; the caller compares nulls before and after, and what became null
is a failure.
"""

from __future__ import annotations

import polars as pl

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
_QUICK_OFFSET_HOURS = {"+08:00": "-8h", "Z": "0h", "+00:00": "0h"}


def can_cast(found: pl.DataType, expected: pl.DataType) -> bool:
    """Whether values of a file's column type can be what a contract expects at all."""
    if isinstance(found, pl.Null):
        return True
    if isinstance(expected, pl.List):
        return isinstance(found, pl.List) and can_cast(found.inner, expected.inner)  # type: ignore[arg-type]
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


def cast_column(values: pl.Series, expected: pl.DataType) -> pl.Series:
    """Cast a column, null where a value does not fit ``expected`` exactly."""
    found = values.dtype
    if found == expected:
        return values
    if isinstance(found, pl.Null) or isinstance(expected, pl.List | pl.String):
        return values.cast(expected, strict=False)
    if isinstance(found, _TEXTS):
        return _from_text(values.cast(pl.String()), expected)
    if isinstance(expected, pl.Decimal):
        return _to_money(values, expected)
    if isinstance(expected, pl.Int64) and isinstance(found, (*_FLOATS, pl.Decimal)):
        whole = values.cast(pl.Int64(), strict=False)
        return _null_where(whole, whole.cast(pl.Float64()) != values.cast(pl.Float64()))
    return values.cast(expected, strict=False)


def _from_text(texts: pl.Series, expected: pl.DataType) -> pl.Series:
    """Cast CSV or JSON text."""
    if isinstance(expected, pl.Datetime):
        return _to_time(texts)
    if isinstance(expected, pl.Date):
        return _keep(texts, r"^\d{4}-\d{2}-\d{2}$").str.to_date("%Y-%m-%d", strict=False)
    if isinstance(expected, pl.Boolean):
        flags = {"true": True, "false": False}
        return texts.str.to_lowercase().replace_strict(flags, default=None, return_dtype=pl.Boolean())
    if isinstance(expected, pl.Decimal):
        return _keep(texts, r"^-?\d{1,10}(?:\.\d{1,2})?$").cast(expected, strict=False)
    if isinstance(expected, pl.Int64):
        return _keep(texts, r"^-?\d{1,19}$").cast(expected, strict=False)
    return _keep(texts, r"^-?\d{1,30}(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$").cast(expected, strict=False)


def _to_time(texts: pl.Series) -> pl.Series:
    """ISO 8601 with an offset to UTC. One offset for a whole column, the usual case, takes the quick way."""
    sound = _keep(texts, _ISO_WITH_OFFSET)
    tails = sound.str.slice(_PLAIN_LENGTH).unique().drop_nulls().to_list()
    if len(tails) == 1 and tails[0] in _QUICK_OFFSET_HOURS and not sound.str.contains(" ", literal=True).any():
        plain = sound.str.head(_PLAIN_LENGTH).str.to_datetime(_PLAIN_FORMAT, time_unit="us", strict=False)
        return plain.dt.offset_by(_QUICK_OFFSET_HOURS[tails[0]]).dt.replace_time_zone("UTC")
    with_t = sound.str.replace(" ", "T", literal=True)
    return with_t.str.to_datetime(_ISO_FORMAT, time_unit="us", time_zone="UTC", strict=False)


def _to_money(values: pl.Series, expected: pl.DataType) -> pl.Series:
    """Numbers to exact decimals; null for more than two decimals, NaN, or more than ten digits before the point."""
    if isinstance(values.dtype, pl.Decimal):
        exact = values.cast(expected, strict=False)
        return _null_where(exact, exact.cast(pl.Float64()) != values.cast(pl.Float64()))
    hundredfold = values.cast(pl.Float64()) * 100
    cents = hundredfold.round()
    is_inexact = (hundredfold - cents).abs() > _CENT_TOLERANCE + cents.abs() * _FLOAT_TOLERANCE
    cents = _null_where(cents, ~cents.is_finite() | (cents.abs() > _MAX_CENTS) | is_inexact)
    # Whole cents are integers from here on: no float is involved in the last step.
    return (cents.cast(pl.Int64()).cast(pl.Decimal(20, 2)) / 100).cast(expected, strict=False)


def _keep(texts: pl.Series, pattern: str) -> pl.Series:
    return _null_where(texts, ~texts.str.contains(pattern))


def _null_where(values: pl.Series, is_bad: pl.Series) -> pl.Series:
    return values.to_frame("value").select(value=pl.when(is_bad).then(None).otherwise(pl.col("value")))["value"]
