with customers as (

    select * from {{ ref('int_people__lifetime_values') }}
    where {{ has_consent('person_token', ['profiling']) }}

),

final as (

    select
        cast(person_token as string) as person_token,
        cast(is_active as boolean) as is_active,
        cast(is_chronic_customer as boolean) as is_chronic_customer,
        cast(cohort_month as date) as cohort_month,
        cast(first_order_date as date) as first_order_date,
        cast(last_order_date as date) as last_order_date,
        cast(completed_order_count as bigint) as completed_order_count,
        cast(margin_to_date_yuan as decimal(18, 2)) as margin_to_date_yuan,
        cast(recency_score as integer) as recency_score,
        cast(frequency_score as integer) as frequency_score,
        cast(monetary_score as integer) as monetary_score,
        cast(purchase_model as string) as purchase_model,
        cast(alive_probability as double) as alive_probability,
        cast(expected_orders_12m as double) as expected_orders_12m,
        cast(expected_margin_12m_yuan as decimal(18, 2)) as expected_margin_12m_yuan,
        cast(expected_margin_12m_lower_yuan as decimal(18, 2)) as expected_margin_12m_lower_yuan,
        cast(expected_margin_12m_upper_yuan as decimal(18, 2)) as expected_margin_12m_upper_yuan,
        cast(not_modelled_reason as string) as not_modelled_reason,
        cast(as_of_date as date) as as_of_date
    from customers

)

select * from final
