{{ config(materialized='table') }}

{#- Always one row, a value that is missing being null. -#}
with parameters as (

    select * from {{ ref('lifetime_value_parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

in_force as (

    select
        parameters.parameter_code,
        parameters.value,
        row_number() over (partition by parameters.parameter_code order by parameters.valid_from desc) as recency
    from parameters
    cross join as_of
    where parameters.valid_from <= as_of.as_of_date

),

final as (

    select
        max(value) filter (where parameter_code = 'monthly_discount_rate') as monthly_discount_rate,
        max(value) filter (where parameter_code = 'least_history_days') as least_history_days,
        max(value) filter (where parameter_code = 'holdout_share') as holdout_share,
        max(value) filter (where parameter_code = 'largest_purchase_shape') as largest_purchase_shape,
        max(value) filter (where parameter_code = 'refill_earlier_days') as refill_earlier_days,
        max(value) filter (where parameter_code = 'rfm_classes') as rfm_classes
    from in_force
    where recency = 1

)

select * from final
