{{ config(materialized='table') }}

{#- What each line of a purchase order promised and what came of it, as of the as-of day. A line that was given up
    before it came is due all the same and missed: the books do not say who gave it up, and no supplier gets better by
    cancelling. -#}
with lines as (

    select * from {{ ref('int_supply__purchase_order_lines') }}

),

suppliers as (

    select * from {{ ref('int_reference__suppliers') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

dated as (

    select
        lines.*,
        {{ local_date('lines.received_at') }} as received_on,
        {{ local_date('lines.cancelled_at') }} as cancelled_on,
        coalesce(
            lines.promised_receipt_on,
            {{ add_days('lines.ordered_on', 'suppliers.agreed_lead_time_days') }}
        ) as due_on,
        as_of.as_of_date
    from lines
    left join suppliers on lines.supplier_id = suppliers.supplier_id
    cross join as_of

),

-- Prices of one supplier's article in the order in which they were paid.
priced as (

    select
        purchase_order_line_id,
        first_value(unit_price_yuan) over (
            {{ rows_so_far(['supplier_id', 'sku_id'], ['ordered_at', 'purchase_order_line_id']) }}
        ) as first_unit_price_yuan,
        lag(unit_price_yuan) over (
            partition by supplier_id, sku_id
            order by ordered_at nulls last, purchase_order_line_id nulls last
        ) as previous_unit_price_yuan
    from dated
    where unit_price_yuan is not null

),

final as (

    select
        dated.purchase_order_line_id,
        dated.supplier_id,
        dated.location_id,
        dated.sku_id,
        dated.ordered_on,
        dated.due_on,
        dated.received_on,
        dated.cancelled_on,
        dated.ordered_quantity,
        coalesce(dated.received_quantity, 0) as received_quantity,
        dated.unit_price_yuan,
        priced.first_unit_price_yuan,
        priced.previous_unit_price_yuan,
        dated.received_at is null and dated.cancelled_at is null as is_open,
        coalesce(dated.due_on <= dated.as_of_date, false) as is_due,
        coalesce(dated.received_on <= dated.due_on, false) as is_on_time,
        coalesce(dated.received_quantity >= dated.ordered_quantity, false) as is_in_full,
        coalesce(dated.received_on <= dated.due_on and dated.received_quantity >= dated.ordered_quantity, false)
            as is_otif,
        -- Of a line that has not come, the days that it has waited: its lead time is at least that.
        cast(
            {{ days_between('dated.ordered_on', 'coalesce(dated.received_on, dated.cancelled_on, dated.as_of_date)') }}
            as integer
        ) as waited_days,
        cast(
            {{ days_between('dated.due_on', 'coalesce(dated.received_on, dated.cancelled_on, dated.as_of_date)') }}
            as integer
        ) as late_days
    from dated
    left join priced on dated.purchase_order_line_id = priced.purchase_order_line_id

)

select * from final
