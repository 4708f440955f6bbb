"""The catalogue of feeds is complete and coherent, and knows no Dagster."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from assets.feeds import FEEDS
from assets.feeds.base import PROVENANCE

TABLES = [table for feed in FEEDS.values() for table in feed.tables]


def test_every_feed_is_found():
    assert set(FEEDS) == {
        "orders",
        "inventory",
        "iot_readings",
        "community_activity",
        "community_events",
        "members",
        "products",
        "stores",
        "suppliers",
        "communities",
        "assortment",
        "calendar",
        "sensors",
        "purchase_orders",
        "signal_decisions",
        "delivery_claims",
        "service_tickets",
        "prescriptions",
        "staff",
        "content",
        "loyalty",
        "offers",
        "surveys",
        "health_measurements",
        "identity_decisions",
        "consents",
    }


def test_importing_the_feeds_pulls_in_no_dagster():
    script = "import sys, assets.feeds; sys.exit(any(name.startswith('dagster') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize("feed", FEEDS.values(), ids=lambda feed: feed.name)
def test_a_feed_says_who_answers_for_it_and_what_identifies_a_record(feed):
    assert feed.description
    assert feed.owner.startswith("team:")
    assert set(feed.id_columns) <= set(feed.document)
    assert set(feed.id_columns) <= set(feed.required_columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_lake_table_holds_tokens_and_no_identifier(table):
    identifiers = {entry.column for entry in table.tokenised}
    assert not identifiers & set(table.lake_schema)
    assert ("token_key_id" in table.lake_schema) is bool(identifiers)
    assert list(table.lake_schema)[-3:] == list(PROVENANCE)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_of_a_row_contract_is_described(table):
    columns = {name: column for name, column in table.schema.columns().items() if name != "source_position"}
    assert [name for name, column in columns.items() if not column.description] == []


def test_orders_flatten_without_documents():
    feed = FEEDS["orders"]
    empty = pl.DataFrame(schema={"source_position": pl.Int64(), **feed.document})
    frames = feed.flatten(empty)
    assert set(frames) == set(feed.lake_tables)
    assert all(frame.is_empty() for frame in frames.values())
