from dataclasses import replace
from datetime import date
from pathlib import Path

from orchestration.run import Chain

TODAY = date(2026, 6, 2)
CHAIN = Chain(stores=2, skus=10, members=20, seed=1, fault_rate=0.0, start_day="2026-05-01")


def test_first_call_loads_the_whole_history() -> None:
    assert CHAIN.next_target(32, TODAY) == date(2026, 6, 1)


def test_next_call_adds_one_day() -> None:
    loaded = replace(CHAIN, simulated_to="2026-06-01", loaded_to="2026-06-01")
    assert loaded.next_target(32, TODAY) == date(2026, 6, 2)


def test_a_call_that_was_cut_off_is_taken_up_where_it_ended() -> None:
    cut_off = replace(CHAIN, simulated_to="2026-06-02", loaded_to="2026-06-01")
    assert cut_off.next_target(32, date(2026, 6, 9)) == date(2026, 6, 2)


def test_the_chain_never_runs_ahead_of_today() -> None:
    caught_up = replace(CHAIN, simulated_to="2026-06-02", loaded_to="2026-06-02")
    assert caught_up.next_target(32, TODAY) == TODAY


def test_the_record_survives_being_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "simulator" / "chain.json"
    assert Chain.load(path) is None
    CHAIN.save(path)
    assert Chain.load(path) == CHAIN
