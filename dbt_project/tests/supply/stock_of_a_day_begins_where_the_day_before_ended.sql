-- Only a balance declared by the ERP may lie between yesterday's close and today's opening.
with positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

declared as (

    select * from {{ ref('int_supply__pair_days') }}

)

select
    today.business_date,
    today.location_id,
    today.sku_id
from positions as today
inner join positions as yesterday
    on
        today.location_id = yesterday.location_id
        and today.sku_id = yesterday.sku_id
        and {{ add_days('today.business_date', -1) }} = yesterday.business_date
left join declared
    on
        today.location_id = declared.location_id
        and today.sku_id = declared.sku_id
        and today.business_date = declared.moved_on
where today.opening_quantity != yesterday.closing_quantity + coalesce(declared.opening_quantity, 0)
