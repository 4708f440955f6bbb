"""From published segments over the vault to WeCom, and back for who withdraws or is erased."""

import logging
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.segment_push.ledger import TagLedger
from assets.segment_push.pushing import contact_members, forget_person, is_push_on, push_segments
from assets.segment_push.tagging import Pushed
from assets.segment_push.wecom import WeComError
from tests.unit.assets.segment_push.wecom_server import CORP_ID, SECRET, Clock, WeCom, served
from warehouse.settings import Settings
from warehouse.snapshot_manifest import Manifest
from warehouse.snapshots import Snapshot
from warehouse.tokens import token_key, token_of
from warehouse.vault import Vault

NAMES = ["高价值", "新顾客"]
PERSONS = {"ann": ["wmAnn1", "wmAnn2"], "bob": ["wmBob"], "cid": []}
SHARED = "wmShared"


@pytest.fixture
def wecom() -> Iterator[WeCom]:
    contacts = [contact for ids in PERSONS.values() for contact in ids] + [SHARED]
    with served(WeCom(Clock(), {contact: ["wang"] for contact in contacts})) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, wecom: WeCom) -> Settings:
    return Settings(
        data_root=tmp_path / "data",
        wecom_corp_id=CORP_ID,
        wecom_secret=SECRET,
        wecom_api_base=wecom.address,
        wecom_calls_per_minute=60_000,
    )


@pytest.fixture
def person_identifiers(settings: Settings) -> pl.DataFrame:
    """The lake table; the vault knows each contact in it."""
    key = token_key(settings.zones.keys)
    pairs = [(person, contact) for person, contacts in PERSONS.items() for contact in contacts] + [(None, SHARED)]
    rows = pl.DataFrame(
        {
            "person_token": [person for person, _ in pairs],
            "identifier": [contact for _, contact in pairs],
            "identifier_kind": "external_user_id",
            "identifier_token": [token_of(key, "external_user_id", contact) for _, contact in pairs],
            "is_shared": [person is None for person, _ in pairs],
        }
    )
    Vault(settings.zones).hand_over(
        rows.select(
            "identifier_token", "identifier_kind", "identifier", version_at=pl.lit(None, pl.Datetime("us", "UTC"))
        )
    )
    return rows.drop("identifier")


def snapshot_of(folder: Path, segments: Mapping[str, Collection[str]], refusing: Collection[str] = ()) -> Snapshot:
    folder.mkdir(exist_ok=True)
    path = folder / "persons.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table fct_person_segments (person_token varchar, segment_name_zh varchar, is_push_allowed boolean)"
        )
        for person, names in segments.items():
            for name in names:
                connection.execute(
                    "insert into fct_person_segments values (?, ?, ?)", [person, name, person not in refusing]
                )
    manifest = Manifest("20260331T193000Z-10ac300b", "2026-03-31T19:30:00+00:00", date(2026, 3, 31), "r", ())
    return Snapshot(folder, manifest)


def test_each_contact_of_who_allows_it_gets_the_tags_and_nobody_elses(
    settings: Settings, wecom: WeCom, person_identifiers: pl.DataFrame, tmp_path: Path
) -> None:
    snapshot = snapshot_of(tmp_path / "s", {"ann": NAMES, "bob": NAMES[:1], "cid": NAMES}, refusing=["bob"])
    assert push_segments(settings, snapshot, person_identifiers, NAMES) == Pushed(2, 4, 0, 0, 0)
    assert wecom.tags_of("wmAnn1") == wecom.tags_of("wmAnn2") == set(NAMES)
    assert wecom.tags_of("wmBob") == wecom.tags_of(SHARED) == set()


def test_who_withdraws_loses_every_tag_with_the_next_push(
    settings: Settings, wecom: WeCom, person_identifiers: pl.DataFrame, tmp_path: Path
) -> None:
    push_segments(settings, snapshot_of(tmp_path / "s", {"ann": NAMES, "bob": NAMES}), person_identifiers, NAMES)
    withdrawn = snapshot_of(tmp_path / "s", {"ann": NAMES, "bob": NAMES}, refusing=["ann"])
    assert push_segments(settings, withdrawn, person_identifiers, NAMES) == Pushed(2, 0, 4, 0, 0)
    assert wecom.tags_of("wmAnn1") == wecom.tags_of("wmAnn2") == set()
    assert wecom.tags_of("wmBob") == set(NAMES)


def test_who_is_erased_loses_the_tags_and_leaves_no_trace_in_the_ledger(
    settings: Settings, wecom: WeCom, person_identifiers: pl.DataFrame, tmp_path: Path
) -> None:
    push_segments(settings, snapshot_of(tmp_path / "s", {"ann": NAMES, "bob": NAMES}), person_identifiers, NAMES)
    of_ann = person_identifiers.filter(pl.col("person_token") == "ann")["identifier_token"].to_list()
    forget_person(settings, "ann", of_ann)
    assert wecom.tags_of("wmAnn1") == wecom.tags_of("wmAnn2") == set()
    assert wecom.tags_of("wmBob") == set(NAMES)
    content = settings.zones.tag_ledger.read_bytes()
    assert all(token.encode() not in content for token in of_ann)
    assert len(TagLedger(settings.zones.tag_ledger).tags()) == 1


def test_an_erasure_that_cannot_reach_wecom_says_so_and_forgets_nothing(
    settings: Settings, wecom: WeCom, person_identifiers: pl.DataFrame, tmp_path: Path
) -> None:
    push_segments(settings, snapshot_of(tmp_path / "s", {"ann": NAMES}), person_identifiers, NAMES)
    of_ann = person_identifiers.filter(pl.col("person_token") == "ann")["identifier_token"].to_list()
    wrong = Settings(**{**vars(settings), "wecom_secret": "another"})
    with pytest.raises(WeComError):
        forget_person(wrong, "ann", of_ann)
    off = Settings(**{**vars(settings), "wecom_secret": None})
    with pytest.raises(ValueError, match="push is off"):
        forget_person(off, "ann", of_ann)
    assert len(TagLedger(settings.zones.tag_ledger).tags()) == 2


def test_the_push_is_off_unless_corporation_and_secret_are_set_and_the_secret_shows_nowhere(settings: Settings) -> None:
    assert is_push_on(settings)
    assert SECRET not in repr(settings)
    assert not is_push_on(Settings.from_env({}))
    assert not is_push_on(Settings.from_env({"WECOM_CORP_ID": "ww"}))
    assert is_push_on(Settings.from_env({"WECOM_CORP_ID": "ww", "WECOM_SECRET": "s"}))


def test_a_push_writes_no_identifier_into_logs_or_below_the_data_root_but_in_the_vault(
    settings: Settings, person_identifiers: pl.DataFrame, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    push_segments(settings, snapshot_of(tmp_path / "s", {"ann": NAMES, "bob": NAMES}), person_identifiers, NAMES)
    contacts = [contact for ids in PERSONS.values() for contact in ids]
    assert not any(contact in caplog.text for contact in contacts)
    files = [path for path in settings.zones.root.rglob("*") if path.is_file()]
    assert settings.zones.tag_ledger in files
    for path in files:
        assert not any(contact.encode() in path.read_bytes() for contact in contacts)
    assert '"purpose": "tags of segments"' in (settings.zones.root / "vault" / "audit.jsonl").read_text()


def test_contacts_that_several_persons_use_are_nobodys(person_identifiers: pl.DataFrame) -> None:
    segments = pl.DataFrame({"person_token": ["ann", "bob"], "segment_name_zh": [NAMES[0]] * 2})
    members = contact_members(segments, person_identifiers)
    assert members.height == 3
    assert person_identifiers.filter("is_shared")["identifier_token"].item() not in members["contact_token"]
