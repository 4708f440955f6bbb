"""Each defect turns the check red that is there for it, and nothing about a person leaves the warehouse."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import duckdb
import pytest

from quality.gate import run_gate
from quality.results import CheckResult
from quality.suite import discover_suites
from tests.unit.quality.planted_defects import DEFECTS, MIDDLE_DAY
from tests.unit.quality.small_warehouse import AS_OF, FIRST_DAY, build_warehouse, plant
from warehouse.settings import Settings

SUITES = {suite.table: suite for suite in discover_suites()}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return build_warehouse(tmp_path_factory.mktemp("good"))


@pytest.fixture
def settings(good: Settings, tmp_path: Path) -> Settings:
    copy = Settings(data_root=tmp_path)
    copy.zones.warehouse_file.parent.mkdir(parents=True)
    shutil.copy(good.zones.warehouse_file, copy.zones.warehouse_file)
    return copy


@pytest.fixture
def without_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quality.gate.build_site", lambda *_: None)


def red(settings: Settings, table: str) -> dict[str, CheckResult]:
    results = run_gate(settings, [SUITES[table]])
    assert {result.check for result in results} == {check.name for check in SUITES[table].checks}
    return {result.check: result for result in results if not result.passed}


def test_a_coherent_warehouse_passes_every_check_without_network(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the gate called out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    results = run_gate(settings, list(SUITES.values()))
    assert [result for result in results if not result.passed] == []
    assert len(results) == sum(len(suite.checks) for suite in SUITES.values())
    assert all(result.title and result.reason for result in results)


@pytest.mark.usefixtures("without_docs")
@pytest.mark.parametrize(
    ("table", "check", "defect"), DEFECTS, ids=[f"{table}-{check}-{n}" for n, (table, check, _) in enumerate(DEFECTS)]
)
def test_a_planted_defect_turns_its_check_red(settings: Settings, table: str, check: str, defect: str) -> None:
    plant(settings, defect)
    # Only the one check: sixty whole suites would take a minute.
    [result] = run_gate(settings, [SUITES[table]], {(table, check)})
    assert not result.passed
    assert "could not be evaluated" not in result.observed


def test_every_kind_of_check_is_shown_to_go_red() -> None:
    shown = {check for _, check, _ in DEFECTS}
    expectations = {c.expectation for suite in SUITES.values() for c in suite.checks}
    covered = {
        c.expectation
        for suite in SUITES.values()
        for c in suite.checks
        if (suite.table, c.name) in {(table, check) for table, check, _ in DEFECTS}
    }
    assert covered == expectations
    own_sql = {
        (suite.table, c.name)
        for suite in SUITES.values()
        for c in suite.checks
        if c.expectation == "UnexpectedRowsExpectation" and c.name not in shown
    }
    assert own_sql == set(), "every piece of SQL has been seen red at least once"


@pytest.mark.usefixtures("without_docs")
def test_a_small_defect_in_the_kpis_turns_no_other_check_red(settings: Settings) -> None:
    plant(
        settings,
        f"update fct_kpi_daily set numerator = numerator + 0.01, value = value + 0.01"
        f" where kpi_code = 'sales_yuan' and business_date = {MIDDLE_DAY} and store_id = 'S001' and channel = 'till'",
    )
    assert set(red(settings, "fct_kpi_daily")) == {"sales_equal_orders"}


@pytest.mark.usefixtures("without_docs")
@pytest.mark.parametrize(
    "excuse",
    [
        "delete from fct_ingest_books where feed = 'community_activity'",
        f"delete from fct_ingest_books where feed = 'community_activity' and arrived_on <= date '{AS_OF}' - 27",
        "update dim_kpis set window_days = 28 where kpi_code = 'community_mau_rate'",
        f"update fct_ingest_books set arrived_on = date_trunc('month', date '{AS_OF}' + 1)"
        f" where feed = 'community_activity'",
        "update dim_kpis set follow_up_days = 90 where kpi_code = 'community_mau_rate'",
    ],
    ids=[
        "its feed never came",
        "its feed is new",
        "its events are rare",
        "no month of people has ended",
        "what it waits for is not over",
    ],
)
def test_a_kpi_that_cannot_have_rows_yet_does_not_hold_back_the_others(settings: Settings, excuse: str) -> None:
    plant(settings, "delete from fct_kpi_daily where kpi_code = 'community_mau_rate'", excuse)
    assert "every_kpi_present" not in red(settings, "fct_kpi_daily")


@pytest.mark.usefixtures("without_docs")
def test_days_before_the_first_arrival_are_not_due(settings: Settings) -> None:
    plant(settings, f"update fct_orders set placed_on = date '{FIRST_DAY}' - 20 where order_id = 'O0302-1'")
    assert "no_day_missing" not in red(settings, "fct_orders")


@pytest.mark.usefixtures("without_docs")
def test_the_threshold_in_force_on_the_as_of_day_counts(settings: Settings) -> None:
    row = "select 'fct_orders', 'cancelled_share', 0.0, 'test', 'test', date"
    plant(settings, f"insert into quality_thresholds {row} '{AS_OF}' + 1")
    assert "cancelled_share" not in red(settings, "fct_orders")
    plant(settings, f"insert into quality_thresholds {row} '{AS_OF}'")
    assert "cancelled_share" in red(settings, "fct_orders")


@pytest.mark.usefixtures("without_docs")
def test_what_cannot_be_evaluated_has_not_passed_and_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    plant(
        settings,
        "delete from quality_thresholds where check_name = 'cancelled_share'",
        "drop table fct_storage_climate",
        "alter table fct_orders drop column refund_yuan",
    )
    orders = red(settings, "fct_orders")
    assert "add a row for fct_orders, cancelled_share" in orders["cancelled_share"].observed
    assert "refund_yuan" in orders["refunds_within_payments"].observed
    climate = red(settings, "fct_storage_climate")
    assert len(climate) == len(SUITES["fct_storage_climate"].checks)
    assert "run dbt build" in climate["not_empty"].observed
    nothing = red(Settings(data_root=tmp_path / "empty"), "fct_orders")
    assert "run dbt build first" in nothing["key_unique"].observed


def test_no_identifier_reaches_results_or_data_docs(settings: Settings) -> None:
    secret = "4f1d2a-secret-token"
    plant(
        settings,
        "update fct_orders set store_id = null, channel = 'fax'",
        f"update fct_orders set customer_token = '{secret}', order_id = '{secret}', channel = '{secret}',"
        " net_sales_yuan = 123456.78",
    )
    results = run_gate(settings, [SUITES["fct_orders"]])
    assert sum(not result.passed for result in results) >= 4
    pages = [path.read_text(encoding="utf-8", errors="ignore") for path in settings.zones.data_docs.rglob("*.html")]
    assert len(pages) >= 3
    for text in [*pages, *(f"{result}" for result in results)]:
        assert secret not in text
        assert "123456.78" not in text


def test_data_docs_open_without_network(settings: Settings) -> None:
    run_gate(settings, [SUITES["fct_ingest_books"]])
    site = settings.zones.data_docs / "site"
    assert (site / "index.html").is_file()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for loaded in ('src="http', "src='http", "@import url(http", '<link rel="stylesheet" href="http'):
            assert loaded not in text, f"{page.name} loads from the network"
        assert "offline.css" in text


def test_the_file_is_free_for_dbt_when_the_gate_ends(settings: Settings) -> None:
    run_gate(settings, [SUITES["fct_ingest_books"]])
    with duckdb.connect(str(settings.zones.warehouse_file)) as connection:
        connection.execute("delete from fct_ingest_books")


def test_only_the_selected_checks_run(settings: Settings) -> None:
    selected = {("fct_orders", "not_empty"), ("fct_kpi_daily", "key_unique")}
    results = run_gate(settings, list(SUITES.values()), selected)
    assert {(result.table, result.check) for result in results} == selected
