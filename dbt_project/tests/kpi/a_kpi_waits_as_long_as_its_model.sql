-- The catalogue tells readers how long a figure waits; how long its model waits is said where its reason is.
with catalogue as (

    select * from {{ ref('dim_kpis') }}

),

care as (

    select * from {{ ref('int_people__care_thresholds') }}

),

community as (

    select * from {{ ref('int_community__parameters') }}

),

loyalty as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

waits as (

    select
        'chronic_renewal_rate' as kpi_code,
        renewal_grace_days as days
    from care
    union all
    select
        'closed_loop_rate' as kpi_code,
        closed_loop_days as days
    from community
    union all
    select
        'closed_loop_back_rate' as kpi_code,
        closed_loop_days as days
    from community
    union all
    select
        'value_added_uptake_rate' as kpi_code,
        uptake_days as days
    from loyalty
    union all
    select
        'repurchase_rate_90d' as kpi_code,
        repurchase_days as days
    from loyalty

)

select
    catalogue.kpi_code,
    catalogue.follow_up_days,
    waits.days
from catalogue
left join waits on catalogue.kpi_code = waits.kpi_code
where coalesce(catalogue.follow_up_days, 0) <> coalesce(waits.days, 0)
