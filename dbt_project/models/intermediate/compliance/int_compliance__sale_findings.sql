with dispensed_lines as (

    select * from {{ ref('int_compliance__dispensed_lines') }}

),

banned_classes as (

    select * from {{ ref('online_ban_classes') }}

),

-- A pack that the customer refused at the door was not sold; one that was paid back after delivery was.
sold_lines as (

    select * from dispensed_lines
    where cancelled_by is null or cancelled_by <> 'customer'

),

sold_packs as (

    select
        order_id,
        line_number,
        placed_on,
        dispensed_at,
        {{ list_items('trace_codes') }} as trace_code
    from sold_lines

),

sales_of_codes as (

    select
        trace_code,
        count(*) as sale_count,
        min(dispensed_at) as first_sold_at
    from sold_packs
    where trace_code is not null
    group by trace_code

),

codes_of_lines as (

    select distinct
        order_id,
        line_number,
        placed_on,
        trace_code
    from sold_packs

),

sold_twice as (

    select
        'trace_code_sold_twice' as rule_code,
        codes_of_lines.order_id,
        codes_of_lines.line_number,
        codes_of_lines.placed_on,
        codes_of_lines.trace_code as subject_code,
        sales_of_codes.sale_count,
        sales_of_codes.first_sold_at
    from codes_of_lines
    inner join sales_of_codes on codes_of_lines.trace_code = sales_of_codes.trace_code
    where sales_of_codes.sale_count > 1

),

banned_online as (

    select
        'banned_product_sold_online' as rule_code,
        dispensed_lines.order_id,
        dispensed_lines.line_number,
        dispensed_lines.placed_on,
        dispensed_lines.sku_id as subject_code,
        cast(null as bigint) as sale_count,
        cast(null as timestamp) as first_sold_at
    from dispensed_lines
    left join banned_classes
        on
            dispensed_lines.special_class = banned_classes.special_class
            and dispensed_lines.placed_on >= banned_classes.valid_from
    where
        dispensed_lines.is_online
        and (dispensed_lines.is_online_banned or banned_classes.special_class is not null)

),

findings as (

    select * from sold_twice
    union all
    select * from banned_online

),

final as (

    select
        findings.rule_code,
        findings.order_id,
        findings.line_number,
        findings.subject_code,
        findings.sale_count,
        findings.first_sold_at,
        dispensed_lines.channel,
        dispensed_lines.store_id,
        dispensed_lines.fulfilling_location_id,
        dispensed_lines.sku_id,
        dispensed_lines.dispensed_at,
        dispensed_lines.dispensed_on,
        findings.placed_on
    from findings
    inner join dispensed_lines
        on
            findings.order_id = dispensed_lines.order_id
            and findings.line_number = dispensed_lines.line_number
            and findings.placed_on = dispensed_lines.placed_on

)

select * from final
