{#- A mean over customers, with what is needed for its interval: the sum of squares gives the spread between customers,
    and what is added to it the common error of the estimated parameters. An interval of a mean takes
    (squares - n mean^2) / (n (n - 1)), so that the variance of the total goes in with (n - 1) / n. -#}
with customers as (

    select * from {{ ref('int_people__lifetime_values') }}
    where is_active

),

models as (

    select * from {{ ref('int_people__lifetime_value_models') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

valued as (

    select
        as_of_date,
        margin_to_date_yuan + expected_margin_12m_yuan as lifetime_value_yuan
    from customers

),

-- A mean of those alone for whom there is a model would leave out whole kinds of customers.
summed as (

    select
        as_of_date,
        count(*) as customer_count,
        case when count(lifetime_value_yuan) = count(*) then sum(lifetime_value_yuan) end as total_yuan,
        case
            when count(lifetime_value_yuan) = count(*) then sum(lifetime_value_yuan * lifetime_value_yuan)
        end as squared_yuan
    from valued
    group by as_of_date

),

uncertainty as (

    select {{ exact_sum('active_margin_variance') }} as total_variance
    from models

),

judged as (

    select
        summed.*,
        uncertainty.total_variance,
        summed.customer_count < limits.limit_value as is_suppressed
    from summed
    cross join uncertainty
    cross join limits

),

final as (

    select
        cast('ltv_yuan' as string) as kpi_code,
        cast(as_of_date as date) as business_date,
        cast('chain' as string) as grain,
        cast('all' as string) as area,
        cast('all' as string) as store_id,
        cast('all' as string) as channel,
        cast(case when not is_suppressed then total_yuan end as double) as numerator,
        cast(case when not is_suppressed then customer_count end as double) as denominator,
        cast(case when not is_suppressed then squared_yuan end as double)
        + case when not is_suppressed then total_variance end
        * {{ safe_ratio('customer_count - 1', 'customer_count') }} as numerator_squares,
        cast(case when not is_suppressed then customer_count end as bigint) as observations,
        cast(is_suppressed as boolean) as is_suppressed
    from judged

)

select * from final
