{{ config(**evaluated_once()) }}

with thresholds as (

    select * from {{ ref('delivery_thresholds') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

in_force as (

    select
        thresholds.threshold_code,
        thresholds.value,
        row_number() over (partition by thresholds.threshold_code order by thresholds.valid_from desc) as recency
    from thresholds
    cross join as_of
    where thresholds.valid_from <= as_of.as_of_date

),

final as (

    select
        max(value) filter (where threshold_code = 'guidance_hours') as guidance_hours,
        max(value) filter (where threshold_code = 'delay_norm_days') as delay_norm_days,
        max(value) filter (where threshold_code = 'delay_norm_deliveries') as delay_norm_deliveries
    from in_force
    where recency = 1

)

select * from final
