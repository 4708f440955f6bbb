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
from tests.unit.quality.small_warehouse import AS_OF, FIRST_DAY, build_warehouse, plant
from warehouse.settings import Settings

SUITES = {suite.table: suite for suite in discover_suites()}
MIDDLE_DAY = "date '2026-03-15'"
LAST_DAY = f"date '{AS_OF}'"


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


DEFECTS = [
    ("fct_supplier_forecasts", "not_empty", "delete from fct_supplier_forecasts"),
    (
        "fct_supplier_forecasts",
        "key_unique",
        "insert into fct_supplier_forecasts select * from fct_supplier_forecasts limit 1",
    ),
    ("fct_supplier_forecasts", "as_of_day_present", "update fct_supplier_forecasts set as_of_date = as_of_date - 1"),
    (
        "fct_supplier_forecasts",
        "forecast_quantity_complete",
        "update fct_supplier_forecasts set forecast_quantity = null where supplier_id = 'V2'",
    ),
    (
        "fct_supplier_forecasts",
        "no_week_missing",
        "delete from fct_supplier_forecasts where supplier_id = 'V1' and week_start_date = date '2026-04-13'",
    ),
    ("fct_supplier_forecasts", "shares_add_up", "delete from fct_supplier_forecasts where supplier_id = 'V2'"),
    (
        "fct_supplier_forecasts",
        "far_from_sales",
        "update fct_supplier_forecasts set forecast_quantity = 3 * forecast_quantity",
    ),
    ("fct_kpi_daily", "not_empty", "delete from fct_kpi_daily"),
    ("fct_kpi_daily", "key_unique", "insert into fct_kpi_daily select * from fct_kpi_daily limit 1"),
    ("fct_kpi_daily", "as_of_day_present", f"delete from fct_kpi_daily where business_date = {LAST_DAY}"),
    ("fct_kpi_daily", "no_day_missing", f"delete from fct_kpi_daily where business_date = {MIDDLE_DAY}"),
    (
        "fct_kpi_daily",
        "as_of_day_volume",
        f"delete from fct_kpi_daily where business_date = {LAST_DAY} and store_id = 'S001'",
    ),
    ("fct_kpi_daily", "channel_complete", f"update fct_kpi_daily set channel = null where business_date = {LAST_DAY}"),
    ("fct_kpi_daily", "grain_in_set", f"update fct_kpi_daily set grain = 'shop' where business_date = {LAST_DAY}"),
    ("fct_kpi_daily", "every_kpi_present", "delete from fct_kpi_daily where kpi_code = 'community_mau_rate'"),
    (
        "fct_kpi_daily",
        "every_kpi_on_as_of_day",
        f"delete from fct_kpi_daily where kpi_code = 'community_mau_rate' and business_date = {LAST_DAY}",
    ),
    (
        "fct_kpi_daily",
        "rates_between_0_and_1",
        f"update fct_kpi_daily set numerator = 120, value = 1.2 where kpi_code = 'community_mau_rate'"
        f" and business_date = {LAST_DAY}",
    ),
    (
        "fct_kpi_daily",
        "values_match_their_parts",
        f"update fct_kpi_daily set value = 0.41 where kpi_code = 'community_mau_rate' and business_date = {LAST_DAY}",
    ),
    (
        "fct_kpi_daily",
        "values_match_their_parts",
        f"update fct_kpi_daily set value = null where kpi_code = 'sales_yuan' and business_date = {LAST_DAY}",
    ),
    (
        "fct_kpi_daily",
        "small_counts_of_people_hidden",
        f"update fct_kpi_daily set numerator = 10, value = 0.1 where kpi_code = 'community_mau_rate'"
        f" and business_date = {LAST_DAY}",
    ),
    (
        "fct_kpi_daily",
        "small_counts_of_people_hidden",
        f"update fct_kpi_daily set is_suppressed = true where kpi_code = 'community_mau_rate'"
        f" and business_date = {LAST_DAY}",
    ),
    (
        "fct_kpi_daily",
        "sales_equal_orders",
        "update fct_kpi_daily set numerator = numerator + 0.01, value = value + 0.01"
        f" where kpi_code = 'sales_yuan' and business_date = {MIDDLE_DAY} and store_id = 'S001' and channel = 'till'",
    ),
    (
        "fct_kpi_daily",
        "order_counts_equal_orders",
        "update fct_kpi_daily set denominator = denominator + 1, value = numerator / (denominator + 1)"
        f" where kpi_code = 'online_order_share' and business_date = {MIDDLE_DAY} and store_id = 'S001'",
    ),
    (
        "fct_kpi_daily",
        "deliveries_within_30_minutes_equal_deliveries",
        "update fct_kpi_daily set numerator = numerator - 1, value = (numerator - 1) / denominator"
        f" where kpi_code = 'delivery_30min_rate' and business_date = {MIDDLE_DAY} and store_id = 'S001'",
    ),
    (
        "fct_kpi_daily",
        "suppressed_share",
        "update fct_kpi_daily set is_suppressed = true, numerator = null, denominator = null, value = null"
        " where kpi_code = 'community_mau_rate'",
    ),
    (
        "fct_kpi_daily",
        "as_of_day_sales",
        f"update fct_kpi_daily set numerator = 1 where kpi_code = 'sales_yuan' and business_date = {LAST_DAY}",
    ),
    ("fct_orders", "key_unique", "insert into fct_orders select * from fct_orders limit 1"),
    ("fct_orders", "no_day_missing", f"delete from fct_orders where placed_on = {MIDDLE_DAY}"),
    ("fct_orders", "channel_in_set", f"update fct_orders set channel = 'fax' where placed_on = {LAST_DAY}"),
    ("fct_orders", "every_valid_order_present", "delete from fct_orders where order_id = 'O0315-1'"),
    ("fct_orders", "every_valid_order_present", "delete from stg_orders__orders where order_id = 'O0315-1'"),
    (
        "fct_orders",
        "net_sales_are_paid_less_refunds",
        "update fct_orders set net_sales_yuan = net_sales_yuan + 0.01 where order_id = 'O0315-1'",
    ),
    ("fct_orders", "refunds_within_payments", "update fct_orders set refund_yuan = 99 where order_id = 'O0315-7'"),
    (
        "fct_orders",
        "no_channel_fell_silent",
        f"update fct_orders set channel = 'eleme' where channel = 'meituan' and placed_on = {LAST_DAY}",
    ),
    ("fct_orders", "customer_token_known_share", "update fct_orders set customer_token = null"),
    ("fct_orders", "paid_yuan_median_at_most", "update fct_orders set paid_yuan = paid_yuan * 100"),
    ("fct_orders", "paid_yuan_median_at_least", "update fct_orders set paid_yuan = paid_yuan / 100"),
    ("fct_orders", "cancelled_share", f"update fct_orders set cancelled_by = 'chain' where placed_on > {LAST_DAY} - 5"),
    ("fct_order_lines", "key_unique", "insert into fct_order_lines select * from fct_order_lines limit 1"),
    ("fct_order_lines", "quantity_in_range", "update fct_order_lines set quantity = 0 where order_id = 'O0315-1'"),
    (
        "fct_order_lines",
        "line_counts_equal_orders",
        "delete from fct_order_lines where order_id = 'O0315-1' and line_number = 2",
    ),
    ("fct_order_lines", "line_counts_equal_orders", "delete from fct_orders where order_id = 'O0315-1'"),
    (
        "fct_order_lines",
        "lines_sum_to_orders",
        "update fct_order_lines set net_line_yuan = net_line_yuan + 0.01"
        " where order_id = 'O0315-1' and line_number = 1",
    ),
    (
        "fct_order_lines",
        "lines_per_order",
        "insert into fct_order_lines select f.* replace (n::integer as line_number)"
        " from fct_order_lines as f, range(3, 12) as numbers(n) where f.line_number = 1",
    ),
    ("fct_deliveries", "delivery_mode_in_set", "update fct_deliveries set delivery_mode = 'drone'"),
    ("fct_deliveries", "paid_hour_in_range", "update fct_deliveries set paid_hour = 24 where order_id = 'O0315-1'"),
    (
        "fct_deliveries",
        "delivery_minutes_in_range",
        "update fct_deliveries set delivery_minutes = -1 where order_id = 'O0315-1'",
    ),
    ("fct_deliveries", "deliveries_equal_courier_orders", "delete from fct_deliveries where order_id = 'O0315-1'"),
    (
        "fct_deliveries",
        "hits_were_counted_and_delivered",
        "update fct_deliveries set delivered_at = null where order_id = 'O0315-1'",
    ),
    ("fct_deliveries", "delivery_minutes_median_at_most", "update fct_deliveries set delivery_minutes = 2000"),
    ("fct_deliveries", "delivery_minutes_median_at_least", "update fct_deliveries set delivery_minutes = 0.4"),
    (
        "fct_deliveries",
        "undelivered_share",
        f"update fct_deliveries set delivered_at = null where placed_on > {LAST_DAY} - 5",
    ),
    (
        "fct_stock_positions_daily",
        "closing_is_opening_of_next_day",
        f"update fct_stock_positions_daily set opening_quantity = opening_quantity + 1, other_quantity = -1"
        f" where business_date = {MIDDLE_DAY} and location_id = 'S001' and sku_id = 'SKU1'",
    ),
    (
        "fct_stock_positions_daily",
        "movements_explain_the_day",
        f"update fct_stock_positions_daily set sold_quantity = 4 where business_date = {MIDDLE_DAY}",
    ),
    (
        "fct_stock_positions_daily",
        "sellable_within_stock",
        f"update fct_stock_positions_daily set sellable_closing_quantity = 99 where business_date = {MIDDLE_DAY}",
    ),
    (
        "fct_stock_positions_daily",
        "negative_share",
        f"update fct_stock_positions_daily set closing_quantity = -1 where business_date = {LAST_DAY}",
    ),
    ("fct_stock_positions_daily", "stocked_out_share", "update fct_stock_positions_daily set is_stocked_out = true"),
    ("fct_storage_climate", "due_minutes_in_range", "update fct_storage_climate set due_minutes = 1441"),
    (
        "fct_storage_climate",
        "minutes_sum_to_due",
        f"update fct_storage_climate set unknown_minutes = 29 where business_date = {MIDDLE_DAY}",
    ),
    (
        "fct_storage_climate",
        "every_sensor_every_day",
        f"delete from fct_storage_climate where business_date = {MIDDLE_DAY} and location_id = 'S001'",
    ),
    (
        "fct_storage_climate",
        "temperature_mean_celsius_in_range",
        f"update fct_storage_climate set temperature_mean_celsius = -127 where business_date = {MIDDLE_DAY}",
    ),
    (
        "fct_storage_climate",
        "unknown_share",
        f"update fct_storage_climate set unknown_minutes = 1430, in_range_minutes = 0 where business_date = {LAST_DAY}",
    ),
    (
        "fct_ingest_books",
        "books_add_up",
        f"update fct_ingest_books set accepted_count = 9 where arrived_on = {MIDDLE_DAY}",
    ),
    (
        "fct_ingest_books",
        "no_file_pending",
        f"delete from fct_ingest_books where arrived_on = {MIDDLE_DAY} and feed = 'orders'",
    ),
    (
        "fct_ingest_books",
        "received_as_receipts_say",
        "update fct_ingest_books set received_count = 13, accepted_count = 11 where feed = 'orders'",
    ),
    (
        "fct_ingest_books",
        "no_feed_fell_silent",
        f"delete from fct_ingest_books where arrived_on = {LAST_DAY} and feed = 'iot_readings'",
    ),
    ("fct_ingest_books", "quarantined_share", "update fct_ingest_books set quarantined_count = 2, accepted_count = 9"),
    (
        "fct_ingest_books",
        "quarantined_share_too_high",
        "update fct_ingest_books set quarantined_count = 6, accepted_count = 5",
    ),
    (
        "fct_ingest_books",
        "unreadable_files",
        f"insert into fct_ingest_books select f.* replace (true as is_unreadable, md5(n::varchar) as file_id)"
        f" from fct_ingest_books as f, range(6) as numbers(n) where f.arrived_on = {LAST_DAY} and f.feed = 'orders'",
    ),
]


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
    ],
    ids=["its feed never came", "its feed is new", "its events are rare"],
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
