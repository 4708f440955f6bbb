{{ config(**incremental_from_day('business_date', 'int_supply__first_touched_day')) }}

with positions as (

    select * from {{ ref('int_supply__stock_positions') }}
    where {{ is_day_from_first_touched('business_date', ref('int_supply__first_touched_day')) }}

),

final as (

    select
        cast(location_id as string) as location_id,
        cast(sku_id as string) as sku_id,
        cast(is_ranged as boolean) as is_ranged,
        cast(opening_quantity as bigint) as opening_quantity,
        cast(received_quantity as bigint) as received_quantity,
        cast(sold_quantity as bigint) as sold_quantity,
        cast(other_quantity as bigint) as other_quantity,
        cast(closing_quantity as bigint) as closing_quantity,
        cast(sellable_opening_quantity as bigint) as sellable_opening_quantity,
        cast(sellable_closing_quantity as bigint) as sellable_closing_quantity,
        cast(sellable_minimum_quantity as bigint) as sellable_minimum_quantity,
        cast(stock_value_yuan as decimal(18, 2)) as stock_value_yuan,
        cast(is_stocked_out as boolean) as is_stocked_out,
        cast(business_date as date) as business_date
    from positions

)

select * from final
