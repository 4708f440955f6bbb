with customers as (

    select * from {{ source('model_assets', 'customer_lifetime_values') }}

),

final as (

    select
        person_token,
        purchase_model,
        alive_probability,
        expected_orders_12m,
        expected_margin_12m_yuan,
        expected_margin_12m_lower_yuan,
        expected_margin_12m_upper_yuan,
        not_modelled_reason
    from customers

)

select * from final
