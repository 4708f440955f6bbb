with delivery_clocks as (

    select * from {{ ref('int_orders__delivery_clocks') }}

),

goods as (

    select * from {{ ref('int_delivery__goods') }}

),

procedures as (

    select
        *,
        {{ next_start('valid_from', ['rule_code']) }} as valid_until
    from {{ ref('delivery_procedures') }}

),

qualifications as (

    select * from {{ ref('courier_qualifications') }}

),

handed_over as (

    select
        delivery_clocks.order_id,
        delivery_clocks.channel,
        delivery_clocks.store_id,
        delivery_clocks.fulfilling_location_id,
        delivery_clocks.courier_company,
        delivery_clocks.delivery_container,
        delivery_clocks.received_by,
        delivery_clocks.is_identity_checked,
        delivery_clocks.handed_over_at,
        delivery_clocks.delivered_at,
        goods.has_medicine,
        goods.has_prescription_medicine,
        goods.has_cool_goods,
        goods.has_cold_goods,
        goods.has_special_goods,
        {{ minutes_between('delivery_clocks.picked_at', 'delivery_clocks.delivered_at') }} as out_of_storage_minutes,
        delivery_clocks.placed_on
    from delivery_clocks
    inner join goods
        on
            delivery_clocks.order_id = goods.order_id
            and delivery_clocks.placed_on = goods.placed_on
    where delivery_clocks.handed_over_at is not null

),

-- What is not delivered (yet) was received by nobody: the rules about that have nothing to say.
governed as (

    select
        handed_over.*,
        procedures.rule_code,
        procedures.limit_minutes,
        procedures.finding_zh,
        procedures.finding_en
    from handed_over
    inner join procedures
        on
            {{ is_in_force('handed_over.placed_on', 'procedures.valid_from', 'procedures.valid_until') }}
            and case procedures.applies_to
                when 'medicine' then handed_over.has_medicine
                when 'prescription' then handed_over.has_prescription_medicine
                when 'cool' then handed_over.has_cool_goods
                when 'cold' then handed_over.has_cold_goods
                when 'special' then handed_over.has_special_goods
            end
    where
        handed_over.delivered_at is not null
        or procedures.rule_code not in ('handed_to_person', 'identity_checked', 'minutes_out_of_storage')

),

qualified as (

    select
        governed.*,
        for_medicine.courier_company is not null
        and (for_cold.courier_company is not null or not governed.has_cold_goods) as is_courier_qualified
    from governed
    left join qualifications as for_medicine
        on
            governed.courier_company = for_medicine.courier_company
            and for_medicine.goods_class = 'medicine'
            and governed.placed_on >= for_medicine.valid_from
            and (governed.placed_on <= for_medicine.valid_until or for_medicine.valid_until is null)
    left join qualifications as for_cold
        on
            governed.courier_company = for_cold.courier_company
            and for_cold.goods_class = 'cold'
            and governed.placed_on >= for_cold.valid_from
            and (governed.placed_on <= for_cold.valid_until or for_cold.valid_until is null)

),

-- Null where the log does not say.
final as (

    select
        order_id,
        channel,
        store_id,
        fulfilling_location_id,
        courier_company,
        rule_code,
        finding_zh,
        finding_en,
        handed_over_at,
        delivered_at,
        case rule_code
            when 'sealed_container' then delivery_container != 'open_bag'
            when 'insulated_container' then delivery_container in ('insulated_box', 'cold_box')
            when 'cold_box' then delivery_container = 'cold_box'
            when 'minutes_out_of_storage' then out_of_storage_minutes <= limit_minutes
            when 'qualified_courier' then case when courier_company is not null then is_courier_qualified end
            when 'handed_to_person' then received_by in ('customer', 'household_adult')
            when 'identity_checked' then is_identity_checked
            when 'no_courier' then false
        end as is_kept,
        case rule_code
            when 'minutes_out_of_storage' then {{ text_of_quantity('out_of_storage_minutes') }}
            when 'qualified_courier' then courier_company
            when 'handed_to_person' then received_by
            when 'identity_checked' then received_by
            when 'no_courier' then courier_company
            else delivery_container
        end as observed,
        placed_on
    from qualified

)

select * from final
