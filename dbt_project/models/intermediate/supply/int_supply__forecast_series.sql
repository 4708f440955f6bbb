{{ config(materialized='table') }}

{#- The sample of the back-test is drawn by a digest of the key: the same series whatever else is in the table. The
    number in that order stands for the key where millions of days are sorted and joined, within one run. -#}
with lead_times as (

    select * from {{ ref('int_supply__lead_times') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

numbered as (

    select
        lead_times.location_id,
        lead_times.sku_id,
        lead_times.protection_days,
        -- Stores whose region nobody has entered learn from each other; a null would join nothing and forecast nothing.
        coalesce(locations.region_zh, 'none') as region_zh,
        coalesce(products.atc_class, 'none') as atc_class,
        cast(row_number() over (
            order by
                md5(lead_times.location_id || ' ' || lead_times.sku_id) nulls last,
                lead_times.location_id nulls last,
                lead_times.sku_id nulls last
        ) as integer) as series_number
    from lead_times
    inner join locations on lead_times.location_id = locations.location_id
    inner join products on lead_times.sku_id = products.sku_id
    where locations.location_kind = 'store'

),

final as (

    select
        numbered.*,
        numbered.series_number <= parameters.backtest_series as is_backtested
    from numbered
    cross join parameters

)

select * from final
