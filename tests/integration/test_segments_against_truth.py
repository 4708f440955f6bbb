"""Segments of a simulated chain: who is in them belongs there and allows it; contacts get their persons' tags."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.segment_push.asset import segment_names
from assets.segment_push.pushing import push_segments
from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import latest_versions, read_truth
from tests.unit.assets.segment_push.wecom_server import CORP_ID, SECRET, Clock, WeCom, served
from warehouse.settings import Settings
from warehouse.snapshot_manifest import Manifest
from warehouse.snapshots import Snapshot
from warehouse.tokens import token_key, token_of

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def chain(built_chain: ChainOf) -> BuiltChain:
    return built_chain(0.0)


@pytest.fixture(scope="module")
def identifiers(chain: BuiltChain) -> pl.DataFrame:
    """Truth with the warehouse's view: ``person_id``, kind and text of an identifier, ``person_token``; no phones."""
    key = token_key(chain.zones.keys)
    known = chain.rows("select identifier_token, person_token from int_people__person_identifiers")
    truth = pl.read_parquet(chain.truth / "persons.parquet").filter(pl.col("identifier_kind") != "phone")
    tokens = [token_of(key, kind, text) for kind, text in truth.select("identifier_kind", "identifier").iter_rows()]
    return truth.with_columns(identifier_token=pl.Series(tokens)).join(known, on="identifier_token")


@pytest.fixture(scope="module")
def members(chain: BuiltChain, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Who is in which segment, with the simulator's ``person_id`` and what it knows of the person's health.

    Somebody who was taken for another has a row for each of the two; how seldom that is, identity's own tests say.
    """
    persons = identifiers.select("person_id", "person_token").unique().drop_nulls()
    states = pl.read_parquet(chain.truth / "health_states.parquet")
    return (
        chain.rows("from fct_person_segments").join(persons, on="person_token").join(states, on="person_id", how="left")
    )


def share_of(members: pl.DataFrame, condition: pl.Expr) -> float:
    """Share of the persons whom the condition holds for."""
    held = members.group_by("person_token").agg(condition.fill_null(False).any().alias("holds"))
    return held["holds"].mean()  # type: ignore[return-value]


def allowed(chain: BuiltChain, *purposes: str) -> set[int]:
    """Truth: persons whose last act on each purpose, or on everything, was to grant it."""
    acts = latest_versions(read_truth(chain.truth, "consents"), "consent_id", chain.as_of)
    granting = set(acts["person_id"])
    for purpose in purposes:
        on_it = acts.filter(pl.col("purpose").is_null() | (pl.col("purpose") == purpose))
        last = on_it.filter(pl.col("occurred_at") == pl.col("occurred_at").max().over("person_id"))
        granting &= set(last.filter(pl.col("action") == "granted")["person_id"])
    return granting


def test_every_segment_of_this_chain_has_somebody(members: pl.DataFrame, record_property: Record) -> None:
    sizes = dict(members.group_by("segment_code").agg(pl.col("person_token").n_unique()).iter_rows())
    record_property("sizes", sizes)
    # Nobody can be lapsing within five weeks.
    assert {"mother_to_be", "new_mother", "hypertension_uncontrolled", "refill_due_soon", "newcomer"} <= sizes.keys()
    assert {"high_value", "family_medicine_cabinet"} <= sizes.keys()


def test_who_is_in_a_segment_allows_it(chain: BuiltChain, members: pl.DataFrame) -> None:
    for rows, purposes in (
        (members, ["profiling"]),
        (members.filter("is_health_data"), ["profiling", "health_data"]),
        (members.filter("is_push_allowed"), ["profiling", "marketing"]),
    ):
        assert rows.height > 0
        assert share_of(rows, pl.col("person_id").is_in(list(allowed(chain, *purposes)))) == 1
    # Somebody has taken it back, and somebody allows profiling and not the use of health data.
    told = set(read_truth(chain.truth, "consents")["person_id"])
    assert told - allowed(chain, "profiling")
    assert allowed(chain, "profiling") - allowed(chain, "profiling", "health_data")


def test_mothers_to_be_are_pregnant_and_who_said_so_is_among_them(chain: BuiltChain, members: pl.DataFrame) -> None:
    found = members.filter(pl.col("segment_code") == "mother_to_be")
    # A pregnancy is told in whole weeks and is over, as far as is known, after the last week that one can have.
    late = chain.as_of - timedelta(days=21)
    assert share_of(found, (pl.col("pregnant_from") <= chain.as_of) & (pl.col("baby_born_on") > late)) == 1
    pregnant = pl.read_parquet(chain.truth / "health_states.parquet").filter(
        pl.col("pregnant_from") <= chain.as_of, pl.col("baby_born_on") > chain.as_of
    )
    told = latest_versions(read_truth(chain.truth, "health_measurements"), "measurement_id", chain.as_of)
    telling = set(told.filter(pl.col("kind") == "gestation_week")["person_id"]) & set(pregnant["person_id"])
    due = telling & allowed(chain, "profiling", "health_data")
    assert due
    assert due <= set(found["person_id"])


def test_new_mothers_have_a_baby(chain: BuiltChain, members: pl.DataFrame) -> None:
    found = members.filter(pl.col("segment_code") == "new_mother")
    oldest = chain.as_of - timedelta(days=13 * 31)
    assert share_of(found, pl.col("baby_born_on").is_between(oldest, chain.as_of)) == 1


def test_segments_of_chronic_patients_hold_chronic_patients(members: pl.DataFrame, record_property: Record) -> None:
    pressure = members.filter(pl.col("segment_code") == "hypertension_uncontrolled")
    refill = members.filter(pl.col("segment_code") == "refill_due_soon")
    precision = {
        "hypertension_uncontrolled": share_of(pressure, pl.col("condition_code") == "hypertension"),
        "refill_due_soon": share_of(refill, pl.col("condition_code").is_not_null()),
    }
    record_property("precision", precision)
    assert precision["hypertension_uncontrolled"] >= 0.8
    # Who buys a medicine of a chronic class twice by chance is expected to come for it again.
    assert precision["refill_due_soon"] >= 0.6


def test_every_contact_gets_the_tags_of_its_person_and_loses_them_with_a_withdrawal(
    chain: BuiltChain, identifiers: pl.DataFrame, members: pl.DataFrame, tmp_path: Path
) -> None:
    contacts = identifiers.filter(pl.col("identifier_kind") == "external_user_id")
    pushed = members.filter("is_push_allowed").group_by("person_token").agg("segment_name_zh")
    expected = {
        contact: set(names)
        for contact, names in contacts.join(pushed, on="person_token")
        .select("identifier", "segment_name_zh")
        .iter_rows()
    }
    assert len(expected) > 50
    # The chain is shared: ledger and audit log are written beside a copy.
    shutil.copytree(chain.zones.vault, tmp_path / "data" / "vault")
    lake = pl.read_parquet(chain.zones.lake / "person_identifiers" / "*.parquet")
    with served(WeCom(Clock(), {contact: ["wang"] for contact in contacts["identifier"]})) as wecom:
        settings = Settings(
            data_root=tmp_path / "data",
            wecom_corp_id=CORP_ID,
            wecom_secret=SECRET,
            wecom_api_base=wecom.address,
            wecom_calls_per_minute=600_000,
        )
        done = push_segments(settings, snapshot_of(chain, tmp_path / "before", "true"), lake, segment_names())
        assert (done.unknown, done.sealed) == (0, 0)
        for contact in contacts["identifier"]:
            assert wecom.tags_of(contact) == expected.get(contact, set())
        withdrawn, tags = next(iter(expected.items()))
        token = contacts.filter(pl.col("identifier") == withdrawn)["person_token"].item()
        after = snapshot_of(chain, tmp_path / "after", f"person_token <> '{token}'")
        done = push_segments(settings, after, lake, segment_names())
        assert (done.added, done.removed) == (0, len(tags))
        assert wecom.tags_of(withdrawn) == set()


def snapshot_of(chain: BuiltChain, folder: Path, kept: str) -> Snapshot:
    """What would be published of the segments, rows that are ``kept`` only."""
    folder.mkdir()
    with duckdb.connect(str(folder / "persons.duckdb")) as connection:
        connection.execute(f"attach '{chain.zones.warehouse_file}' as built (read_only)")
        connection.execute(f"create table fct_person_segments as from built.fct_person_segments where {kept}")
        connection.execute("detach built")
    return Snapshot(folder, Manifest("s", "2026-02-13T19:30:00+00:00", chain.as_of, "r", ()))
