"""Defects to plant in the small warehouse, each with the check that is there for it."""

from __future__ import annotations

from tests.unit.quality.small_warehouse import AS_OF

MIDDLE_DAY = "date '2026-03-15'"
LAST_DAY = f"date '{AS_OF}'"

DEFECTS: list[tuple[str, str, str]] = [
    (
        "fct_prescription_audits",
        "key_unique",
        "insert into fct_prescription_audits select * from fct_prescription_audits limit 1",
    ),
    (
        "fct_prescription_audits",
        "every_prescription_line_audited",
        f"delete from fct_prescription_audits where dispensed_on = {MIDDLE_DAY} and order_id like '%-4'",
    ),
    (
        "fct_prescription_audits",
        "compliant_with_every_link_only",
        f"update fct_prescription_audits set is_doctor_licensed = null where dispensed_on = {MIDDLE_DAY}",
    ),
    ("fct_prescription_audits", "findings_in_words", "update fct_prescription_audits set finding_zh = null"),
    (
        "fct_prescription_audits",
        "unknown_share",
        f"update fct_prescription_audits set is_compliant = null where dispensed_on < {LAST_DAY} - 7",
    ),
    (
        "fct_prescription_audits",
        "violation_share",
        f"update fct_prescription_audits set is_compliant = false where dispensed_on > {LAST_DAY} - 10",
    ),
    (
        "fct_delivery_outcomes",
        "outcomes_equal_handed_over_deliveries",
        f"delete from fct_delivery_outcomes where placed_on = {MIDDLE_DAY}",
    ),
    (
        "fct_delivery_outcomes",
        "perfect_with_every_part_only",
        f"update fct_delivery_outcomes set is_perfect = true where placed_on = {MIDDLE_DAY}",
    ),
    (
        "fct_delivery_outcomes",
        "claim_share",
        f"update fct_delivery_outcomes set has_claim = placed_on > {LAST_DAY} - 7",
    ),
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
        "insert into dim_kpis values ('claim_rate', 'ratio', false, 'delivery_claims', null, null)",
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
        f"update fct_kpi_daily set numerator = 92, value = 0.92 where kpi_code = 'community_mau_rate'"
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
"""Table, check and the SQL that breaks what the check looks at."""
