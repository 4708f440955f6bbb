with discrepancies as (

    select * from {{ ref('int_supply__stock_discrepancies') }}

),

final as (

    select
        cast(location_id as string) as location_id,
        cast(sku_id as string) as sku_id,
        cast(first_seen_on as date) as first_seen_on,
        cast(last_agreed_on as date) as last_agreed_on,
        cast(last_seen_on as date) as last_seen_on,
        cast(ended_on as date) as ended_on,
        cast(is_open as boolean) as is_open,
        cast(book_quantity as bigint) as book_quantity,
        cast(counted_quantity as bigint) as counted_quantity,
        cast(difference_quantity as bigint) as difference_quantity,
        cast(difference_value_yuan as decimal(18, 2)) as difference_value_yuan,
        cast(likely_cause as string) as likely_cause
    from discrepancies

)

select * from final
