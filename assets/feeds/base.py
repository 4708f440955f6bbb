"""What every feed is made of: the feed itself, its lake tables, and the columns their row contracts share.

A row contract is a dataframely schema of the row *at the door*: typed, before identifiers become tokens. From it follow
the columns of the lake table (:attr:`LakeTable.lake_schema`) and, for a flat feed, the document that sources send.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dataframely as dy
import polars as pl

from warehouse.tokens import IdentifierKind

POSITION = "source_position"
"""1-based number of the record in its file; blank lines and a CSV header are no records."""
PROVENANCE: dict[str, pl.DataType] = {"source_file": pl.String(), POSITION: pl.Int64(), "file_id": pl.String()}
"""Columns that end every lake row."""
UTC_TIME = pl.Datetime("us", "UTC")
MONEY = pl.Decimal(12, 2)
_TOKEN = "token_column"
_KIND = "identifier_kind"
_SCOPE = "scope_column"
_HELPER = "is_helper"
_NAME_OF = "name_of"
_NAME_TOKEN = "name_token_column"


class LandedRow(dy.Schema):
    """What every row at the door has: the position of the record it came from."""

    source_position = dy.Int64(min=1)


def record_id(description: str) -> dy.String:
    """Text that identifies a record, 1 to 128 bytes."""
    return dy.String(min_length=1, max_length=128, description=description)


def text(description: str, nullable: bool = True) -> dy.String:
    """Text that is not empty when it is there."""
    return dy.String(nullable=nullable, min_length=1, description=description)


def one_of(values: list[str], description: str, nullable: bool = False) -> dy.String:
    """Text out of a closed list."""
    checks = {"allowed": lambda column: column.is_in(values)}
    return dy.String(nullable=nullable, check=checks, description=description)


def identifier(
    kind: IdentifierKind, token_column: str, description: str, nullable: bool = True, scope_column: str | None = None
) -> dy.String:
    """Text that names a person; the lake holds its token as ``token_column``.

    ``scope_column`` says which app or platform gave it out, where one kind has several.
    """
    metadata = {_KIND: kind, _TOKEN: token_column, _SCOPE: scope_column}
    return dy.String(nullable=nullable, min_length=1, metadata=metadata, description=description)


def identifiers(kind: IdentifierKind, token_column: str, description: str) -> dy.List:
    """List of texts that name a person; the lake holds the list of their tokens as ``token_column``."""
    metadata = {_KIND: kind, _TOKEN: token_column}
    return dy.List(dy.String(nullable=True), nullable=True, metadata=metadata, description=description)


def dropped_text(description: str) -> dy.String:
    """Text that is checked at the door and goes no further, such as an answer in somebody's own words."""
    return dy.String(nullable=True, metadata={_HELPER: True}, description=description)


def person_name(token_column: str, description: str) -> dy.String:
    """Name of a person, which goes no further than the door; the lake holds its token as ``token_column``.

    The token tells equal names from others. It identifies nobody: names are borne by many.
    """
    return dy.String(nullable=True, metadata={_NAME_TOKEN: token_column}, description=description)


def name_of(identifier_column: str, token_column: str, description: str) -> dy.String:
    """Name of the person that ``identifier_column`` identifies: a :func:`person_name` that goes into the vault too."""
    metadata = {_NAME_OF: identifier_column, _NAME_TOKEN: token_column}
    return dy.String(nullable=True, metadata=metadata, description=description)


def utc_time(description: str, nullable: bool = True, is_helper: bool = False) -> dy.Datetime:
    """Point in time; sources send it with an offset, the lake holds UTC. A helper stays out of the lake."""
    metadata = {_HELPER: True} if is_helper else None
    return dy.Datetime(nullable=nullable, time_zone="UTC", metadata=metadata, description=description)


def day(description: str, nullable: bool = True) -> dy.Date:
    """Local calendar day."""
    return dy.Date(nullable=nullable, description=description)


def money(description: str, nullable: bool = False, is_signed: bool = False, is_helper: bool = False) -> dy.Decimal:
    """Yuan with two decimals, not negative unless signed. A helper serves a rule and stays out of the lake."""
    checks = None if is_signed else {"not_negative": lambda column: column >= 0}
    metadata = {_HELPER: True} if is_helper else None
    return dy.Decimal(12, 2, nullable=nullable, check=checks, metadata=metadata, description=description)


def count(description: str, nullable: bool = False, minimum: int | None = 0, is_helper: bool = False) -> dy.Int64:
    """Whole number."""
    metadata = {_HELPER: True} if is_helper else None
    return dy.Int64(nullable=nullable, min=minimum, metadata=metadata, description=description)


def measure(description: str, minimum: float, maximum: float, nullable: bool = True) -> dy.Float64:
    """Measured number within what its instrument can show; NaN and infinity never pass."""
    return dy.Float64(nullable=nullable, min=minimum, max=maximum, description=description)


def flag(description: str, nullable: bool = False) -> dy.Bool:
    """True or false."""
    return dy.Bool(nullable=nullable, description=description)


@dataclass(frozen=True)
class TokenisedColumn:
    """A column at the door that becomes a token column in the lake."""

    column: str
    kind: IdentifierKind
    token_column: str
    scope_column: str | None = None
    """Column that says which app or platform gave the identifier out."""


@dataclass(frozen=True)
class LakeTable:
    """One lake table and the contract of its rows at the door."""

    name: str
    schema: type[LandedRow]

    @cached_property
    def door_schema(self) -> dict[str, pl.DataType]:
        """Columns at the door with their types, position included."""
        return {name: column.dtype for name, column in self.schema.columns().items()}

    @cached_property
    def tokenised(self) -> tuple[TokenisedColumn, ...]:
        """Identifier columns, in order."""
        found = ((name, column.metadata or {}) for name, column in self.schema.columns().items())
        return tuple(
            TokenisedColumn(name, meta[_KIND], meta[_TOKEN], meta.get(_SCOPE)) for name, meta in found if _KIND in meta
        )

    @cached_property
    def token_columns(self) -> tuple[str, ...]:
        """Columns of the lake table that hold tokens, also those that came as tokens."""
        return tuple(name for name in self.lake_schema if name.endswith(("_token", "_tokens")))

    @cached_property
    def names(self) -> dict[str, TokenisedColumn]:
        """Columns with a person's name, each with the identifier whose person it names."""
        identifying = {entry.column: entry for entry in self.tokenised}
        found = ((name, (column.metadata or {}).get(_NAME_OF)) for name, column in self.schema.columns().items())
        return {name: identifying[column] for name, column in found if column is not None}

    @cached_property
    def name_tokens(self) -> dict[str, str]:
        """Columns with names of persons, and the columns of their tokens."""
        found = ((name, (column.metadata or {}).get(_NAME_TOKEN)) for name, column in self.schema.columns().items())
        return {name: token_column for name, token_column in found if token_column}

    @cached_property
    def lake_schema(self) -> dict[str, pl.DataType]:
        """Columns of the lake table with their types: tokens for identifiers, then the key id, provenance last."""
        tokens = {entry.column: entry.token_column for entry in self.tokenised} | self.name_tokens
        schema: dict[str, pl.DataType] = {}
        for name, column in self.schema.columns().items():
            if name == POSITION or (column.metadata or {}).get(_HELPER):
                continue
            schema[tokens.get(name, name)] = column.dtype
            if self.tokenised and name == self.tokenised[-1].column:
                schema["token_key_id"] = pl.String()
        return schema | PROVENANCE


Flatten = Callable[[pl.DataFrame], dict[str, pl.DataFrame]]
"""Documents, one row each, to one frame of raw rows per lake table; both have :data:`POSITION`."""


@dataclass(frozen=True)
class DocumentShape:
    """A shape in which documents of a feed arrive: the feed's own, or that of a platform with names of its own.

    A document is of the shape whose marker it carries; without one it is of the feed's own.
    """

    name: str
    document: Mapping[str, pl.DataType]
    """Columns of the document as this source sends it; nested ones as structs and lists of structs."""
    id_path: tuple[tuple[str, ...], ...]
    """Where a document of this shape has the parts of its id; none if they name a person."""
    marker: str | None = None
    """A key that every document of this shape has and no document of another shape does."""
    adapt: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    """Documents of this shape, as a format reads them, in the feed's own shape; nothing to do for that one itself.

    What a platform's word has no meaning for is passed on as it is, so that the row contract refuses it by its rule.
    """


@dataclass(frozen=True)
class Feed:
    """One kind of record that the outside world sends."""

    name: str
    description: str
    owner: str
    """Who answers for the source: a team."""
    tables: tuple[LakeTable, ...]
    id_columns: tuple[str, ...]
    """Document columns that identify a record."""
    document: Mapping[str, pl.DataType]
    """Columns of the document as sources send it; nested ones as structs and lists of structs."""
    flatten: Flatten
    has_identifying_id: bool = False
    """Whether the record id names a person and so may not be written down outside the vault."""
    foreign_shapes: tuple[DocumentShape, ...] = ()
    """Other shapes in which sources send the documents of this feed, as JSON lines."""

    @property
    def own_shape(self) -> DocumentShape:
        """The shape that the feed itself gives its documents."""
        id_path = () if self.has_identifying_id else tuple((name,) for name in self.id_columns)
        return DocumentShape(self.name, self.document, id_path)

    @property
    def lake_tables(self) -> tuple[str, ...]:
        """Names of the lake tables."""
        return tuple(table.name for table in self.tables)

    @property
    def identifier_columns(self) -> tuple[str, ...]:
        """Columns at the door that name a person, over all lake tables."""
        return tuple(entry.column for table in self.tables for entry in table.tokenised)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Document columns that no record may lack."""
        door = {name: column for table in self.tables for name, column in table.schema.columns().items()}
        return tuple(name for name in self.document if name in door and not door[name].nullable)


def flat_feed(
    name: str, schema: type[LandedRow], id_columns: tuple[str, ...], owner: str, description: str, **extra: Any
) -> Feed:
    """A feed whose documents are the rows of its one lake table."""
    table = LakeTable(name, schema)
    document = {column: dtype for column, dtype in table.door_schema.items() if column != POSITION}
    return Feed(
        name=name,
        description=description,
        owner=owner,
        tables=(table,),
        id_columns=id_columns,
        document=document,
        flatten=lambda documents: {name: documents},
        **extra,
    )


def person_feed(
    name: str,
    schema: type[LandedRow],
    person: str,
    identifiers: Sequence[str],
    *,
    id_columns: tuple[str, ...],
    owner: str,
    description: str,
) -> Feed:
    """A feed whose documents are the rows of its one lake table, but for who it is about: a struct of identifiers.

    Args:
        name: of the feed and its lake table.
        schema: contract of the rows, with a column per identifier.
        person: the document's column for the person.
        identifiers: columns of the rows that the document has as fields of ``person``.
        id_columns: document columns that identify a record.
        owner: who answers for the source: a team.
        description: what the feed is.
    """
    table = LakeTable(name, schema)
    document: dict[str, pl.DataType] = {}
    for column, dtype in table.door_schema.items():
        if column in identifiers:
            document[person] = pl.Struct({field: table.door_schema[field] for field in identifiers})
        elif column != POSITION:
            document[column] = dtype
    fields = [pl.col(person).struct.field(field) for field in identifiers]
    return Feed(
        name=name,
        description=description,
        owner=owner,
        tables=(table,),
        id_columns=id_columns,
        document=document,
        flatten=lambda documents: {name: documents.with_columns(*fields)},
    )


def nested_rows(
    documents: pl.DataFrame, key: tuple[str, ...], column: str, fields: list[str], number: str | None = None
) -> pl.DataFrame:
    """One row per entry of a list of structs.

    Args:
        documents: documents with their :data:`POSITION`.
        key: document columns that say whose the entry is: its id and version.
        column: the list; a null in place of an entry stays a row of nulls, so that the row contract refuses it.
        fields: fields of an entry that become columns.
        number: name of a column that numbers the entries of a document from 1; none for entries that number themselves.
    """
    entries = documents.select(POSITION, *key, column).explode(column, empty_as_null=False, keep_nulls=False)
    numbers = [] if number is None else [pl.int_range(1, pl.len() + 1).over(POSITION).cast(pl.Int64).alias(number)]
    return entries.select(POSITION, *key, *numbers, *[pl.col(column).struct.field(name) for name in fields])


def not_before(later: str, *earlier: str) -> pl.Expr:
    """True where ``later`` is at or after each of ``earlier``; what is null on either side holds."""
    latest = pl.max_horizontal(*[pl.col(column) for column in earlier])
    return (pl.col(later) >= latest).fill_null(True)
