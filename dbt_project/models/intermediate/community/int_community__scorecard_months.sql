{{ config(materialized='table') }}

with closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

numbered as (

    select
        *,
        row_number() over (order by month_end_date desc nulls last) as recency
    from closed_months

),

final as (

    select
        numbered.month_start_date,
        numbered.month_end_date
    from numbered
    cross join parameters
    where numbered.recency <= parameters.scorecard_months

)

select * from final
