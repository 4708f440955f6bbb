"""Tokens and the keys behind them."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.durable_files import AsideFile, remove_leftovers, write_atomically
from warehouse.keys import Key, KeyFileError, find_key, read_or_create_key, seal, unseal
from warehouse.tokens import IDENTIFIER_KINDS, distinct_tokens, normalise_identifier, token_of, with_tokens

KEY = Key("k", bytes(range(64)))


@pytest.mark.parametrize(
    "spelling",
    ["13812345678", "+8613812345678", "+86 138-1234-5678", "0086 138 1234 5678", " 138 1234 5678 ", "１３８12345678"],
)
def test_spellings_of_one_phone_have_one_token(spelling):
    assert token_of(KEY, "phone", spelling) == token_of(KEY, "phone", "13812345678")


def test_a_phone_that_starts_with_86_is_not_cut():
    assert normalise_identifier("phone", "86123456") == "86123456"


def test_the_same_digits_as_phone_and_as_card_have_different_tokens():
    tokens = [token_of(KEY, kind, "13812345678") for kind in IDENTIFIER_KINDS]
    assert len(set(tokens)) == len(IDENTIFIER_KINDS)


def test_another_key_gives_other_tokens():
    assert token_of(Key("l", bytes(64)), "phone", "1") != token_of(KEY, "phone", "1")


def test_a_token_is_the_documented_hmac():
    import hmac

    expected = hmac.new(KEY.secret, b"openid\x00oX", "sha256").hexdigest()[:32]
    assert token_of(KEY, "openid", " oX ") == expected


@given(st.lists(st.one_of(st.none(), st.text())))
def test_a_column_is_tokenised_as_its_values_are(values):
    column = pl.Series("x", values, dtype=pl.String)
    expected = [token_of(KEY, "openid", value) for value in values]
    assert with_tokens(column, distinct_tokens(KEY, "openid", column)).to_list() == expected


@given(st.lists(st.one_of(st.none(), st.lists(st.one_of(st.none(), st.text())))))
def test_lists_are_tokenised_without_their_empty_ones(lists):
    column = pl.Series("x", lists, dtype=pl.List(pl.String))
    expected = [
        None if values is None else [token for value in values if (token := token_of(KEY, "openid", value))]
        for values in lists
    ]
    assert with_tokens(column, distinct_tokens(KEY, "openid", column)).to_list() == expected


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path):
    folder = tmp_path / "vault" / "keys"
    key = read_or_create_key(folder, "token")
    assert read_or_create_key(folder, "token") == key
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "token.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["token.key"]
    assert key.secret.hex() not in repr(key)


def test_processes_that_race_for_the_first_key_agree(tmp_path):
    script = (
        "import sys, pathlib; from warehouse.keys import read_or_create_key;"
        "print(read_or_create_key(pathlib.Path(sys.argv[1]), 'token').key_id)"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "keys")], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    ids = {racer.communicate()[0] for racer in racers}
    assert len(ids) == 1
    assert all(ids)


def test_a_key_open_to_others_or_damaged_is_refused(tmp_path):
    read_or_create_key(tmp_path, "token")
    (tmp_path / "token.key").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_or_create_key(tmp_path, "token")
    (tmp_path / "token.key").chmod(0o600)
    (tmp_path / "token.key").write_text("abcd")
    with pytest.raises(KeyFileError, match="backup"):
        read_or_create_key(tmp_path, "token")


def test_a_retired_key_is_found_by_its_id(tmp_path):
    old = read_or_create_key(tmp_path, "quarantine")
    (tmp_path / "quarantine.key").rename(tmp_path / "quarantine-2024.key")
    new = read_or_create_key(tmp_path, "quarantine")
    assert new != old
    assert find_key(tmp_path, "quarantine", old.key_id) == old
    with pytest.raises(KeyFileError, match="no key"):
        find_key(tmp_path, "quarantine", "0" * 16)


@given(st.text())
def test_what_is_sealed_opens_again_with_its_key_only(text):
    sealed = seal(KEY, text)
    assert unseal(KEY, sealed) == text
    assert seal(KEY, text) == sealed
    with pytest.raises(KeyFileError):
        unseal(Key("l", bytes(64)), sealed)


def test_a_failed_write_leaves_the_old_file_and_no_leftover(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, lambda aside: aside.write_text("old"))

    def fail(aside):
        aside.write_text("half")
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_leftovers_of_the_dead_go_and_files_of_the_living_stay(tmp_path, monkeypatch):
    import time

    abandoned = tmp_path / ".x.parquet.0000.aside"
    abandoned.write_text("half")
    with AsideFile(tmp_path / "y.parquet") as alive:
        assert remove_leftovers(tmp_path) == []
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 3600)
        assert remove_leftovers(tmp_path) == [abandoned]
        assert alive.path.exists()
