"""The vault: what it keeps, who can open it, and what is left once a data key is destroyed."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from warehouse.keys import Key, KeyFileError
from warehouse.tokens import token_of
from warehouse.vault import ENTRY_SCHEMA, Vault, VaultError
from warehouse.zones import Zones

KEY = Key("k", bytes(range(64)))
NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)


def token(kind: str, text: str) -> str:
    made = token_of(KEY, kind, text)
    assert made is not None
    return made


def entries(*identifiers: tuple[str, str]) -> pl.DataFrame:
    rows = [(token(kind, text), kind, text, None) for kind, text in identifiers]
    return pl.DataFrame(rows, schema=ENTRY_SCHEMA, orient="row")


def name(member: str, text: str, version_at: datetime) -> pl.DataFrame:
    return pl.DataFrame([(token("member_id", member), "name", text, version_at)], schema=ENTRY_SCHEMA, orient="row")


def look_up(vault: Vault, *tokens: str, kind=None) -> list[str]:
    return vault.identifiers_of(tokens, kind, reader="test", purpose="test")["identifier"].to_list()


@pytest.fixture
def zones(tmp_path: Path) -> Zones:
    return Zones(tmp_path)


def stored_bytes(zones: Zones) -> bytes:
    """Everything in the vault but the keys and the audit."""
    folders = (zones.vault / "entries", zones.vault / "data_keys")
    return b"".join(path.read_bytes() for folder in folders for path in sorted(folder.iterdir()))


def test_an_identifier_comes_back_under_its_token_in_one_spelling(zones):
    vault = Vault(zones)
    vault.hand_over(entries(("phone", "+86 138-1234-5678"), ("openid", "oAbC")))
    assert vault.hand_over(entries(("phone", "13812345678"))) == 0
    assert look_up(vault, token("phone", "13812345678")) == ["13812345678"]
    assert look_up(Vault(zones), token("openid", "oAbC"), kind="openid") == ["oAbC"]
    assert look_up(vault, token("openid", "oAbC"), kind="phone") == []
    assert look_up(vault, token("openid", "unheard of")) == []


def test_handing_over_again_changes_nothing(zones):
    vault = Vault(zones)
    known = entries(("phone", "13812345678"), ("unionid", "oU1"))
    assert vault.hand_over(known) == 2
    before = stored_bytes(zones)
    assert Vault(zones).hand_over(known) == 0
    assert stored_bytes(zones) == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_latest_name_stays_in_whatever_order_versions_come(zones, order):
    versions = [name("M1", "王芳", NOON), name("M1", "王小芳", NOON + timedelta(days=1))]
    vault = Vault(zones)
    for number in order:
        vault.hand_over(versions[number])
    assert look_up(vault, token("member_id", "M1")) == ["王小芳"]


def test_the_vault_is_its_owners_only_and_shows_no_identifier(zones):
    vault = Vault(zones)
    vault.hand_over(pl.concat([entries(("phone", "13812345678")), name("M1", "王芳", NOON)]))
    look_up(vault, token("phone", "13812345678"))
    for path in (zones.vault, *zones.vault.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    everything = stored_bytes(zones) + (zones.vault / "audit.jsonl").read_bytes()
    assert b"13812345678" not in everything
    assert "王芳".encode() not in everything


def test_vault_and_keys_may_each_lie_elsewhere(tmp_path):
    zones = Zones(tmp_path / "data", tmp_path / "vault", tmp_path / "keys")
    vault = Vault(zones)
    vault.hand_over(entries(("phone", "13812345678")))
    assert look_up(vault, token("phone", "13812345678")) == ["13812345678"]
    assert not (tmp_path / "data").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"vault", "keys"}


def test_every_look_up_is_on_record_and_names_nobody(zones):
    vault = Vault(zones)
    vault.hand_over(entries(("external_user_id", "wm1"), ("external_user_id", "wm2")))
    tokens = [token("external_user_id", text) for text in ("wm1", "wm2", "wm3")]
    vault.identifiers_of(tokens, "external_user_id", reader="tag push", purpose="WeCom tags of 2026-01-10")
    [line] = (zones.vault / "audit.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert record.pop("at") > "2026"
    assert record == {
        "reader": "tag push",
        "purpose": "WeCom tags of 2026-01-10",
        "kind": "external_user_id",
        "asked": 3,
        "found": 2,
    }


def test_without_the_master_key_nothing_opens(zones):
    vault = Vault(zones)
    vault.hand_over(entries(("phone", "13812345678")))
    (zones.keys / "vault.key").unlink()
    with pytest.raises(KeyFileError, match="restore"):
        look_up(Vault(zones), token("phone", "13812345678"))


def test_entries_written_under_a_retired_master_key_still_open(zones):
    Vault(zones).hand_over(entries(("phone", "13812345678")))
    (zones.keys / "vault.key").rename(zones.keys / "vault-2025.key")
    vault = Vault(zones)
    vault.hand_over(entries(("phone", "13912345678")))
    tokens = [token("phone", text) for text in ("13812345678", "13912345678")]
    assert sorted(look_up(vault, *tokens)) == ["13812345678", "13912345678"]


def test_what_was_destroyed_leaves_no_byte_and_a_copy_of_the_entries_stays_shut(zones, tmp_path):
    vault = Vault(zones)
    # Of many lengths and in many batches, so that pages are split and entries move.
    texts = [f"{number:08d}" + "x" * (number * 7 % 40) for number in range(3000)]
    for first in range(0, 3000, 50):
        vault.hand_over(entries(*(("openid", text) for text in texts[first : first + 50])))
    gone = [token("openid", text) for text in texts[::3]]
    with sqlite3.connect(zones.vault / "data_keys" / "data_keys.sqlite") as store:
        wrapped = dict(store.execute("select hex(token), wrapped from data_keys").fetchall())
    backup = shutil.copytree(zones.vault / "entries", tmp_path / "backup")
    before = stored_bytes(zones)
    assert all(bytes.fromhex(mark) in before and wrapped[mark.upper()] in before for mark in gone)

    assert vault.destroy(gone) == 1000
    assert vault.destroy(gone) == 0

    after = stored_bytes(zones)
    assert not [mark for mark in gone if bytes.fromhex(mark) in after or wrapped[mark.upper()] in after]
    assert look_up(vault, *gone) == []
    assert len(look_up(vault, *(token("openid", text) for text in texts))) == 2000
    shutil.rmtree(zones.vault / "entries")
    backup.rename(zones.vault / "entries")
    assert look_up(Vault(zones), *gone) == [], "a restored backup of the entries opens again"


def test_an_entry_moved_under_another_token_does_not_open(zones):
    vault = Vault(zones)
    vault.hand_over(entries(("phone", "13812345678"), ("phone", "13912345678")))
    mine, other = (bytes.fromhex(token("phone", text)) for text in ("13812345678", "13912345678"))
    with sqlite3.connect(zones.vault / "entries" / "entries.sqlite") as store:
        store.execute("update entries set sealed = (select sealed from entries where token = ?)", [other])
    with pytest.raises(VaultError):
        look_up(vault, mine.hex())


def test_marks_of_the_erased_tell_their_tokens_and_the_later_time_only(zones):
    vault = Vault(zones)
    assert not vault.erased_marks()
    mine, other = token("phone", "13812345678"), token("phone", "13912345678")
    vault.mark_erased([mine], NOON)
    vault.mark_erased([mine], NOON - timedelta(days=1))
    marks = Vault(zones).erased_marks()
    assert marks.of(pl.Series([mine, None, other])) == {mine: NOON}
    assert marks.of(pl.Series([[other], [mine, other], None])) == {mine: NOON}
    assert mine not in str(marks)
    assert bytes.fromhex(mine) not in stored_bytes(zones)


def test_threads_that_hand_over_at_once_lose_nothing(zones):
    texts = [f"139{number:08d}" for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: Vault(zones).hand_over(entries(*(("phone", t) for t in texts[n : n + 120]))),
                range(0, 400, 40),
            )
        )
    vault = Vault(zones)
    assert sorted(look_up(vault, *(token("phone", text) for text in texts))) == texts


def test_a_writer_killed_in_the_middle_loses_no_entry_it_had_handed_over(zones):
    script = (
        "import sys, pathlib; from tests.unit.warehouse.test_vault import entries; from warehouse.vault import Vault;"
        "from warehouse.zones import Zones; vault = Vault(Zones(pathlib.Path(sys.argv[1])))\n"
        "for n in range(10**6):\n"
        "    vault.hand_over(entries(*(('phone', f'138{n:04d}{i:04d}') for i in range(50)))); print(n, flush=True)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(zones.root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    done = [int(process.stdout.readline()) for _ in range(3 + secrets.randbelow(5))]
    process.send_signal(signal.SIGKILL)
    process.wait()
    vault = Vault(zones)
    handed_over = [token("phone", f"138{n:04d}{i:04d}") for n in done for i in range(50)]
    assert len(look_up(vault, *handed_over)) == len(handed_over)
    vault.hand_over(entries(("openid", "after")))
    assert look_up(vault, token("openid", "after")) == ["after"]
