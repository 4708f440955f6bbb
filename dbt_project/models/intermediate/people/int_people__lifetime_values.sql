{{ config(materialized='table') }}

with customers as (

    select * from {{ ref('int_people__customers') }}

),

expected as (

    select * from {{ ref('stg_lifetime_values__customers') }}

),

final as (

    select
        customers.*,
        expected.purchase_model,
        expected.alive_probability,
        expected.expected_orders_12m,
        {{ rounded_decimal('expected.expected_margin_12m_yuan', 18, 2) }} as expected_margin_12m_yuan,
        {{ rounded_decimal('expected.expected_margin_12m_lower_yuan', 18, 2) }} as expected_margin_12m_lower_yuan,
        {{ rounded_decimal('expected.expected_margin_12m_upper_yuan', 18, 2) }} as expected_margin_12m_upper_yuan,
        case
            when expected.person_token is null then 'not_valued_yet' else expected.not_modelled_reason
        end as not_modelled_reason
    from customers
    left join expected on customers.person_token = expected.person_token

)

select * from final
