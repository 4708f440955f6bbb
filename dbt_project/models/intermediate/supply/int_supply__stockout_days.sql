{{ config(materialized='table') }}

{#- Share of a day's usual demand that fell into times with stock (within an hour demand is taken as even), and how
    often a sale took the last pack. -#}
with spans as (

    select * from {{ ref('int_supply__stockout_spans') }}

),

hours as (

    select * from {{ ref('int_supply__demand_hours') }}

),

timed as (

    select
        location_id,
        sku_id,
        business_date,
        is_available,
        is_sold_out,
        {{ minutes_between(day_start('business_date'), 'started_at') }} as started_minute,
        {{ minutes_between(day_start('business_date'), 'ended_at') }} as ended_minute
    from spans

),

-- Share of the day's demand up to a minute, at both ends of the span.
shares as (

    select
        timed.location_id,
        timed.sku_id,
        timed.business_date,
        timed.is_available,
        timed.is_sold_out,
        coalesce(
            ends.share_before
            + ends.demand_share * {{ safe_ratio('timed.ended_minute - ends.local_hour * 60', '60') }},
            1
        )
        - starts.share_before
        - starts.demand_share * {{ safe_ratio('timed.started_minute - starts.local_hour * 60', '60') }}
            as demand_share
    from timed
    inner join hours as starts on {{ integer_floor(safe_ratio('timed.started_minute', '60')) }} = starts.local_hour
    left join hours as ends on {{ integer_floor(safe_ratio('timed.ended_minute', '60')) }} = ends.local_hour

),

final as (

    select
        location_id,
        sku_id,
        least(greatest(coalesce(sum(case when is_available then demand_share end), 0), 0), 1) as available_share,
        sum(case when is_sold_out then 1 else 0 end) as sold_out_count,
        business_date
    from shares
    group by location_id, sku_id, business_date

)

select * from final
