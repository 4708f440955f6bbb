{{ config(materialized='table') }}

{#- How demand spreads over the local day, stores and SKUs together: what one pair lacks hardly moves the hours of
    all. -#}
with lines as (

    select * from {{ ref('int_supply__demand_lines') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

hours as (

    {{ number_spine(0, 23, 'local_hour') }}

),

recent as (

    select
        {{ local_hour('lines.placed_at') }} as local_hour,
        sum(lines.demand_quantity) as demand_quantity
    from lines
    cross join as_of
    cross join parameters
    where
        lines.placed_on > {{ add_days('as_of.as_of_date', '-parameters.demand_history_days') }}
        and lines.placed_on <= as_of.as_of_date
    group by {{ local_hour('lines.placed_at') }}

),

final as (

    select
        cast(hours.local_hour as integer) as local_hour,
        coalesce({{ safe_ratio('recent.demand_quantity', 'sum(recent.demand_quantity) over ()') }}, 0) as demand_share,
        coalesce({{ safe_ratio(
            'sum(recent.demand_quantity) over (
                order by hours.local_hour nulls last rows between unbounded preceding and 1 preceding
            )',
            'sum(recent.demand_quantity) over ()'
        ) }}, 0) as share_before
    from hours
    left join recent on hours.local_hour = recent.local_hour

)

select * from final
