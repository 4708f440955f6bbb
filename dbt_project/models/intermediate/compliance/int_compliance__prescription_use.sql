{{ config(**incremental_by_day('placed_on', 'int_compliance__touched_days')) }}

with dispensed_lines as (

    select * from {{ ref('int_compliance__dispensed_lines') }}
    where prescription_id is not null

),

-- Whole prescriptions, not only their lines of the touched days: what one line may take depends on those before it.
recomputed as (

    select *
    from dispensed_lines
    where
        prescription_id in (
            select touched.prescription_id
            from dispensed_lines as touched
            where {{ is_touched_day('touched.placed_on', ref('int_compliance__touched_days')) }}
        )

),

items as (

    select
        prescription_id,
        sku_id,
        sum(quantity) as prescribed_quantity
    from {{ ref('stg_prescriptions__items') }}
    group by prescription_id, sku_id

),

used as (

    select
        order_id,
        line_number,
        prescription_id,
        sku_id,
        sum(quantity) over (
            partition by prescription_id, sku_id
            order by dispensed_at nulls last, order_id nulls last, line_number nulls last
            rows between unbounded preceding and current row
        ) as dispensed_quantity,
        placed_on
    from recomputed

),

final as (

    select
        used.order_id,
        used.line_number,
        coalesce(items.prescribed_quantity, 0) as prescribed_quantity,
        used.dispensed_quantity,
        used.dispensed_quantity <= coalesce(items.prescribed_quantity, 0) as is_quantity_covered,
        used.placed_on
    from used
    left join items
        on
            used.prescription_id = items.prescription_id
            and used.sku_id = items.sku_id
    where {{ is_touched_day('used.placed_on', ref('int_compliance__touched_days')) }}

)

select * from final
