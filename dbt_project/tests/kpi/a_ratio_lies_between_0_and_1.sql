-- A ratio counts a part of what its denominator counts; a quotient of two amounts may exceed 1.
with daily as (

    select * from {{ ref('fct_kpi_daily') }}

),

catalogue as (

    select * from {{ ref('dim_kpis') }}
    where unit = 'ratio'

)

select daily.*
from daily
inner join catalogue on daily.kpi_code = catalogue.kpi_code
where
    daily.value < 0
    or daily.value > 1
