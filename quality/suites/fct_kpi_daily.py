"""Gate of the KPI table: every figure that management, the API and exports show comes from here."""

from quality.expectations import (
    as_of_day_present,
    complete,
    no_day_missing,
    not_empty,
    nothing_wrong,
    one_of,
    unique_key,
    usual_volume,
    within_threshold,
)
from quality.suite import Suite

SUITE = Suite(
    "fct_kpi_daily",
    (
        not_empty(),
        unique_key("kpi_code", "business_date", "grain", "area", "store_id", "channel"),
        as_of_day_present("business_date"),
        no_day_missing("business_date"),
        usual_volume("business_date"),
        complete("channel"),
        one_of(
            "grain",
            ("store", "city", "region", "chain"),
            reason="Readers choose rows by grain; an unknown one would be added to none of them.",
        ),
        nothing_wrong(
            "every_kpi_present",
            "Every KPI whose feeds have come for four weeks has rows; one of rare events is left to the next check",
            """select dim_kpis.kpi_code
            from dim_kpis, unnest(string_split(dim_kpis.feeds, ',')) as needed(feed)
            left join (select feed, min(arrived_on) as first_day from fct_ingest_books group by feed) as received
                on trim(needed.feed) = received.feed
            where dim_kpis.window_days is null and dim_kpis.kpi_code not in (select kpi_code from {batch})
            group by dim_kpis.kpi_code
            having count(*) = count(*) filter (
                where received.first_day <= {as_of} - 27
                    and (
                        not dim_kpis.counts_people
                        or received.first_day + coalesce(dim_kpis.follow_up_days, 0) < date_trunc('month', {as_of} + 1)
                    )
            )""",
            reason="A KPI that is in the catalogue and not in the table shows as an empty page. A chain that does not"
            " send a feed yet, or has just begun to, publishes what it has; of a trailing window's events there may be"
            " none.",
        ),
        nothing_wrong(
            "every_kpi_on_as_of_day",
            "Every KPI of the catalogue has a row on the as-of day, if it does not count people",
            """select kpi_code from dim_kpis
            where not counts_people and kpi_code not in (select kpi_code from {batch} where business_date = {as_of})""",
            severity="warn",
            reason="A KPI that counts rare records may rest for a day; one that rests for long has lost its feed.",
        ),
        nothing_wrong(
            "rates_between_0_and_1",
            "Every rate lies between 0 and 1",
            """select 1 from {batch} as daily join dim_kpis using (kpi_code)
            where dim_kpis.unit = 'ratio' and daily.value is not null and daily.value not between 0 and 1""",
            reason="By definition: each numerator counts part of what its denominator counts.",
        ),
        nothing_wrong(
            "values_match_their_parts",
            "Each value is numerator / denominator, or the numerator where there is no denominator",
            """select 1 from {batch} where value is distinct from case
                when denominator is null then numerator::double else numerator::double / nullif(denominator, 0) end
                and coalesce(abs(value - case
                    when denominator is null then numerator::double
                    else numerator::double / nullif(denominator, 0) end) > 1e-9 * greatest(1, abs(value)), true)""",
            reason="Roll-ups use the parts and pages the value; 1e-9 is rounding of doubles, nothing else.",
        ),
        nothing_wrong(
            "small_counts_of_people_hidden",
            "No count of people from 1 to 10 is shown, nor as a difference, and a suppressed row shows no figure",
            """select 1 from {batch} as daily join dim_kpis using (kpi_code)
            where (dim_kpis.counts_people and denominator between 1 and 10)
                or (dim_kpis.counts_people and dim_kpis.unit = 'ratio'
                    and (numerator between 1 and 10 or denominator - numerator between 1 and 10))
                or (is_suppressed and (numerator is not null or denominator is not null or value is not null))""",
            reason="Rule for published cells that count people: 1 to 10 could point at a person.",
        ),
        nothing_wrong(
            "sales_equal_orders",
            "Sales of each day are the net sales of the completed orders paid on that day, to the cent",
            """with shown as (
                select business_date as day, sum(numerator)::decimal(18, 2) as yuan from {batch}
                where kpi_code = 'sales_yuan' and grain = 'store' group by business_date
            ), booked as (
                select paid_on as day, sum(net_sales_yuan)::decimal(18, 2) as yuan from fct_orders
                where is_completed and paid_on is not null group by paid_on
            )
            select day from shown full join booked using (day)
            where coalesce(shown.yuan, 0) <> coalesce(booked.yuan, 0)""",
            reason="The KPI is a sum over these orders; a cent of difference is an order lost or counted twice.",
        ),
        nothing_wrong(
            "order_counts_equal_orders",
            "The orders behind the online share of each day are the completed orders created on that day",
            """with shown as (
                select business_date as day, sum(denominator)::bigint as order_count from {batch}
                where kpi_code = 'online_order_share' and grain = 'store' group by business_date
            ), booked as (
                select placed_on as day, count(*) as order_count from fct_orders where is_completed group by placed_on
            )
            select day from shown full join booked using (day)
            where coalesce(shown.order_count, 0) <> coalesce(booked.order_count, 0)""",
            reason="The denominator is defined as these orders.",
        ),
        nothing_wrong(
            "deliveries_within_30_minutes_equal_deliveries",
            "The 30-minute rate's parts of each day are those of the deliveries",
            """with shown as (
                select business_date as day, sum(numerator)::bigint as hits, sum(denominator)::bigint as due
                from {batch} where kpi_code = 'delivery_30min_rate' and grain = 'store' group by business_date
            ), driven as (
                select paid_on as day, count(*) filter (where is_within_30_minutes) as hits, count(*) as due
                from fct_deliveries where is_delivery_counted group by paid_on
            )
            select day from shown full join driven using (day)
            where coalesce(shown.hits, 0) <> coalesce(driven.hits, 0)
                or coalesce(shown.due, 0) <> coalesce(driven.due, 0)""",
            reason="The KPI counts rows of fct_deliveries; a page that shows both must agree with itself.",
        ),
        within_threshold(
            "suppressed_share",
            "Not many more rows than usual are suppressed",
            """select 1 from {batch} as daily join dim_kpis using (kpi_code) where dim_kpis.counts_people
            having avg(is_suppressed::int) > {threshold}""",
        ),
        within_threshold(
            "as_of_day_sales",
            "Sales of the as-of day are not far below the median of the four weeks before",
            """with days as (
                select business_date as day, sum(numerator)::double as yuan from {batch}
                where kpi_code = 'sales_yuan' and grain = 'store' and business_date between {as_of} - 28 and {as_of}
                group by business_date
            )
            select 1 as wrong from days
            having count(*) filter (where day < {as_of}) >= 7
                and coalesce(max(yuan) filter (where day = {as_of}), 0)
                    < {threshold} * median(yuan) filter (where day < {as_of})""",
        ),
    ),
)
