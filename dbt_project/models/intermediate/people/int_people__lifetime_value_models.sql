with models as (

    select * from {{ ref('stg_lifetime_values__models') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

final as (

    select
        models.*,
        case when models.customer_count >= limits.limit_value then models.customer_count end as shown_customer_count,
        case
            when models.holdout_customer_count >= limits.limit_value then models.holdout_customer_count
        end as shown_holdout_customer_count
    from models
    cross join limits

)

select * from final
