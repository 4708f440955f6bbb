"""What holds for a chain as a whole: seeds, continuation, stock, demand, figures that look like a pharmacy's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from simulator import ChainConfig
from simulator.__main__ import main

from .conftest import Written


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_same_seed_writes_the_same_bytes(faulty: Written, run: Callable[..., Written]) -> None:
    again = run(fault_rate=0.05)
    assert files(again.landing) == files(faulty.landing)
    assert files(again.truth) == files(faulty.truth)


def test_another_seed_makes_another_chain(clean: Written, run: Callable[..., Written]) -> None:
    other = run(seed=8, days=1)
    day = "orders/2026-01-01/orders-till-2026-01-01-000.jsonl.gz"
    assert (other.landing / day).read_bytes() != (clean.landing / day).read_bytes()


def test_a_later_day_written_alone_continues_the_run_byte_for_byte(
    faulty: Written, run: Callable[..., Written]
) -> None:
    first = date(2026, 1, 9)
    later = run(first_written_day=first, fault_rate=0.05)
    expected = {
        name: content for name, content in files(faulty.landing).items() if name.split("/")[1] >= first.isoformat()
    }
    assert files(later.landing) == expected
    daily = {name: content for name, content in files(faulty.truth).items() if Path(name).stem >= first.isoformat()}
    assert {name: content for name, content in files(later.truth).items() if name in daily} == daily
    assert {Path(name).stem for name in files(later.truth)} >= {"2026-01-09", "2026-01-12", "excursions"}


def test_a_day_does_not_depend_on_how_long_the_run_is(faulty: Written, run: Callable[..., Written]) -> None:
    short = files(run(days=4, fault_rate=0.05).landing)
    long = files(faulty.landing)
    assert short == {name: long[name] for name in short}
    assert {name for name in long if name.split("/")[1] <= "2026-01-04"} == set(short)


def test_stock_of_no_lot_ever_falls_below_zero(clean: Written) -> None:
    moves = clean.table("inventory").sort("occurred_at", maintain_order=True)
    running = moves.select(pl.col("quantity").cum_sum().over("location_id", "sku_id", "lot_id"))
    assert running["quantity"].min() == 0


def test_what_leaves_one_location_reaches_the_other(clean: Written) -> None:
    moves = clean.table("inventory")
    sent = -moves.filter(pl.col("movement_kind") == "transfer_out")["quantity"].sum()
    came = moves.filter(pl.col("movement_kind") == "transfer_in")["quantity"].sum()
    assert 0 < came <= sent
    late = moves.filter(pl.col("movement_kind") == "transfer_out", pl.col("occurred_at").dt.date() >= date(2026, 1, 8))
    assert sent - came <= -late["quantity"].sum()


def test_demand_is_sold_or_lost(clean: Written) -> None:
    demand = clean.table("demand")
    assert demand.filter(pl.col("demanded") != pl.col("sold") + pl.col("lost")).is_empty()
    assert demand.select(pl.min_horizontal("demanded", "sold", "lost").min()).item() >= 0
    share = demand["lost"].sum() / demand["demanded"].sum()
    assert 0.01 < share < 0.10


def test_a_lot_is_never_handed_over_after_its_last_day(clean: Written) -> None:
    sold = clean.table("inventory").filter(pl.col("movement_kind") == "sale")
    local = pl.col("occurred_at").dt.convert_time_zone("Asia/Shanghai").dt.date()
    assert sold.filter(local > pl.col("expiry_date")).is_empty()


def test_expired_lots_are_written_off_within_a_week(clean: Written) -> None:
    moves = clean.table("inventory")
    gone = moves.filter(pl.col("movement_kind") == "expiry")
    assert len(gone) > 0
    days = gone.select(
        (pl.col("occurred_at").dt.convert_time_zone("Asia/Shanghai").dt.date() - pl.col("expiry_date")).dt.total_days()
    )
    assert 1 <= days.min().item() <= days.max().item() <= 7


def test_rates_look_like_a_pharmacy_chain(clean: Written) -> None:
    orders = clean.table("orders").sort("updated_at").unique("order_id", keep="last")
    per_store_day = len(orders) / (clean.config.stores * clean.config.days)
    assert 25 < per_store_day < 65
    online = orders.select((pl.col("channel") != "till").mean()).item()
    assert 0.3 < online < 0.6
    dispatched = ~((pl.col("cancelled_by") == "customer").fill_null(False) & pl.col("handed_over_at").is_null())
    due = orders.filter((pl.col("delivery_mode") == "instant") & pl.col("paid_at").is_not_null() & dispatched)
    minutes = (pl.col("delivered_at") - pl.col("paid_at")).dt.total_seconds() / 60
    assert 0.82 < due.select((minutes <= 30).fill_null(False).mean()).item() < 0.94


def test_household_members_share_a_phone_and_nobody_shares_a_card(clean: Written) -> None:
    persons = pl.read_parquet(clean.truth / "persons.parquet")
    shared = persons.group_by("identifier_kind").agg(
        pl.col("identifier").n_unique().alias("distinct"),
        pl.struct("person_id", "identifier").n_unique().alias("pairs"),
    )
    kinds = {row["identifier_kind"]: row for row in shared.to_dicts()}
    assert kinds["phone"]["distinct"] < kinds["phone"]["pairs"]
    assert all(row["distinct"] == row["pairs"] for kind, row in kinds.items() if kind != "phone")


def test_regional_depots_stand_between_the_centre_and_the_stores(run: Callable[..., Written]) -> None:
    regional = run(regional_dcs=True, days=3)
    stores = pl.read_csv(regional.landing / "stores/2026-01-01/stores-2026-01-01.csv")
    parents = stores.filter(pl.col("kind") == "store")["parent_location_id"].unique()
    assert stores.filter(pl.col("location_id").is_in(parents.implode()))["kind"].unique().to_list() == ["regional_dc"]
    out = regional.table("inventory").filter(pl.col("movement_kind") == "transfer_out")
    assert set(out["location_id"].unique()) >= set(parents)


def test_the_command_line_says_what_came_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [
        "--landing",
        str(tmp_path / "l"),
        "--truth",
        str(tmp_path / "t"),
        "--stores",
        "2",
        "--skus",
        "40",
        "--members",
        "50",
    ]
    assert main([*given, "--start-day", "2026-03-01", "--days", "2"]) == 0
    said = capsys.readouterr().out
    assert "2 days" in said
    assert str(tmp_path / "l") in said
    with pytest.raises(SystemExit):
        main([*given, "--start-day", "2026-03-01", "--days", "2", "--first-written-day", "2026-04-01"])


def test_too_small_a_chain_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 30"):
        ChainConfig(skus=5)


def test_truth_of_a_clean_chain_arrives_on_the_day_it_is_sent(clean: Written) -> None:
    paperwork = ("purchase_orders", "signal_decisions", "prescriptions", "staff", "content")
    for table in ("orders", "inventory", "community_activity", "members", *paperwork):
        rows = clean.table(table)
        sent = rows.select(pl.col("updated_at").dt.convert_time_zone("Asia/Shanghai").dt.date().alias("arrives_on"))
        assert_frame_equal(sent, rows.select("arrives_on"))
    assert clean.table("faults").is_empty()
