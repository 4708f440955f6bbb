"""A warehouse of two stores and thirty days, coherent in every sum the gate looks at; defects are planted by SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

from warehouse.settings import PROJECT_ROOT, Settings

FIRST_DAY = date(2026, 3, 2)
AS_OF = date(2026, 3, 31)
SEED = PROJECT_ROOT / "dbt_project" / "seeds" / "quality" / "quality_thresholds.csv"

_TABLES = f"""
create table quality_thresholds as select * from read_csv('{SEED}');
create table days as select unnest(generate_series(date '{FIRST_DAY}', date '{AS_OF}', interval 1 day))::date as day;

create table stg_ingest__file_receipts as
select feed, feed || '/' || day || '/' || feed || '.jsonl' as source_file, md5(feed || day) as file_id,
    12::bigint as received_count, 11::bigint as valid_count, 1::bigint as quarantined_count, false as is_unreadable,
    false as is_repeated_file, 100::bigint as byte_count, day as arrived_on
from days, (values ('orders'), ('inventory'), ('iot_readings'), ('community_activity')) as feeds(feed);
create table fct_ingest_books as
select feed, source_file, file_id, arrived_on, received_count, 10::bigint as accepted_count,
    1::bigint as repeated_count, 0::bigint as stale_count, 1::bigint as duplicate_count, 1::bigint as quarantined_count,
    0::bigint as erased_count,
    is_unreadable, is_repeated_file
from stg_ingest__file_receipts;
-- One bad record in twelve is above what people can work off; the small files are not the point here.
update quality_thresholds set threshold_value = 0.1 where check_name = 'quarantined_share';

create table fct_orders as
select 'O' || strftime(day, '%m%d') || '-' || number as order_id,
    case when number % 4 = 0 then null else 'token-' || (number % 5) end as customer_token,
    case number % 3 when 0 then 'till' when 1 then 'mini_program' else 'meituan' end as channel,
    number % 3 <> 0 as is_online, 'S00' || (1 + number % 2) as store_id,
    'S00' || (1 + number % 2) as fulfilling_location_id,
    case number % 3 when 0 then 'in_store' else 'instant' end as delivery_mode,
    day::timestamp + interval 10 hour as paid_at, case when number <> 7 then paid_at + interval 9 minute end
        as handed_over_at, case when number <> 7 then paid_at + interval 25 minute end as delivered_at,
    day as placed_on, day as paid_on,
    case when number = 7 then 'customer' end as cancelled_by, number <> 7 as is_completed, 2::integer as line_count,
    0::decimal(18, 2) as coupon_yuan, (40 + number)::decimal(18, 2) as paid_yuan,
    case when number = 5 then 1.5 else 0 end::decimal(18, 2) as refund_yuan,
    case when number = 7 then 0 when number = 5 then 38.5 + number else 40 + number end::decimal(18, 2)
        as net_sales_yuan
from days, range(1, 13) as numbers(number);
create table stg_orders__orders as select order_id, store_id from fct_orders;
create table fct_order_lines as
select order_id, line_number::integer as line_number, channel, store_id, 'SKU' || line_number as sku_id,
    1::integer as quantity, case line_number when 1 then paid_yuan - 10 else 10 end::decimal(18, 2) as net_line_yuan,
    line_number = 1 and customer_token is null as has_prescription, placed_on
from fct_orders, range(1, 3) as numbers(line_number);
create table fct_deliveries as
select order_id, channel, store_id, delivery_mode, placed_on, paid_on, 18::integer as paid_hour,
    case when is_completed then paid_at + interval 25 minute end as delivered_at,
    case when is_completed then 25 end::double as delivery_minutes, is_completed as is_delivery_counted,
    is_completed as is_within_30_minutes, cancelled_by
from fct_orders where delivery_mode = 'instant';

create table fct_delivery_outcomes as
select order_id, delivery_mode, is_completed, true as is_promise_kept, true as is_complete, true as is_undamaged,
    order_id like '%-11' and day(placed_on) % 5 = 0 as has_claim,
    case when order_id not like '%-10' then true end as is_cold_chain_kept, true as is_guided,
    case when has_claim then false when order_id not like '%-10' then true end as is_perfect, placed_on
from fct_orders where delivery_mode = 'instant' and handed_over_at is not null;
create table fct_prescription_audits as
select order_id, line_number, placed_on as dispensed_on, true as is_prescription_known, true as is_prescription_valid,
    true as is_quantity_covered, true as is_doctor_licensed, true as is_doctor_in_scope,
    true as is_approved_before_dispensing, true as is_pharmacist_licensed,
    case when order_id not like '%-8' or day(placed_on) % 9 > 0 then order_id not like '%-12' or day(placed_on) > 3 end
        as is_pharmacist_on_duty, true as is_delivery_traced, is_pharmacist_on_duty as is_compliant,
    case when not is_compliant then '审方药师不在岗' end as finding_zh,
    case when not is_compliant then 'pharmacist not on duty' end as finding_en
from fct_order_lines where has_prescription;

create table fct_stock_positions_daily as
select day as business_date, location_id, sku_id, true as is_ranged,
    (100 - 2 * (day - date '{FIRST_DAY}'))::bigint as opening_quantity, 1::bigint as received_quantity,
    3::bigint as sold_quantity, 0::bigint as other_quantity,
    (98 - 2 * (day - date '{FIRST_DAY}'))::bigint as closing_quantity,
    50::bigint as sellable_opening_quantity, 40::bigint as sellable_closing_quantity,
    40::bigint as sellable_minimum_quantity, false as is_stocked_out
from days, (values ('S001'), ('S002')) as locations(location_id), (values ('SKU1'), ('SKU2')) as products(sku_id);
update fct_stock_positions_daily set sellable_closing_quantity = 30;

create table fct_storage_climate as
select day as business_date, location_id, location_id || '-C1' as sensor_id, 'cold' as storage_class,
    1440::double as due_minutes, 1400::double as in_range_minutes, 10::double as breach_minutes,
    30::double as unknown_minutes, 5.0::double as temperature_mean_celsius, 50.0::double as humidity_mean_percent
from days, (values ('S001'), ('S002')) as locations(location_id);

create table fct_supplier_forecasts as
select supplier_id, sku_id, date '{AS_OF}' + (6 + 7 * week)::integer as week_start_date, share::double as supply_share,
    (42 * share)::bigint as forecast_quantity, date '{AS_OF}' as as_of_date
from range(12) as weeks(week),
    (values ('V1', 'SKU1', 1), ('V1', 'SKU2', 0.5), ('V2', 'SKU2', 0.5)) as shares(supplier_id, sku_id, share);

create table dim_kpis as
select kpi_code, unit, counts_people, feeds, null::integer as window_days, null::integer as follow_up_days from (values
    ('sales_yuan', 'yuan', false, 'orders'), ('online_order_share', 'ratio', false, 'orders'),
    ('delivery_30min_rate', 'ratio', false, 'orders'),
    ('community_mau_rate', 'ratio', true, 'community_activity, orders')
) as kpis(kpi_code, unit, counts_people, feeds);
create table fct_kpi_daily as
with parts as (
    select 'sales_yuan' as kpi_code, paid_on as business_date, 'store' as grain, store_id, channel,
        sum(net_sales_yuan)::double as numerator, null::double as denominator
    from fct_orders where is_completed group by all
    union all
    select 'online_order_share', placed_on, 'store', store_id, channel, sum(is_online::int)::double, count(*)::double
    from fct_orders where is_completed group by all
    union all
    select 'delivery_30min_rate', paid_on, 'store', store_id, channel, sum(is_within_30_minutes::int), count(*)
    from fct_deliveries where is_delivery_counted group by all
    union all
    select 'community_mau_rate', day, 'chain', 'all', 'all', 40, 100 from days
)
select *, 'all' as area, 10::bigint as observations, false as is_suppressed,
    case when denominator is null then numerator else numerator / denominator end as value
from parts;
drop table days;
"""


def build_warehouse(data_root: Path, defects: Iterable[str] = ()) -> Settings:
    """Settings over ``data_root`` with the warehouse built there and ``defects`` (SQL) carried out on it."""
    settings = Settings(data_root=data_root)
    plant(settings, _TABLES, *defects)
    return settings


def plant(settings: Settings, *statements: str) -> None:
    """Run ``statements`` on the warehouse, as dbt would between two runs of the gate."""
    settings.zones.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.zones.warehouse_file)) as connection:
        for statement in statements:
            connection.execute(statement)
