{{ config(materialized='table') }}

{#- What people have taken home. An order that names nobody is its prescription's patient's. What came back to the store
    is no supply. -#}
with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

line_facts as (

    select * from {{ ref('int_orders__line_facts') }}

),

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

patients as (

    select * from {{ ref('int_people__prescription_patients') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

medicines as (

    select * from {{ ref('int_people__medicines') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

-- All prescriptions of an order are for one patient.
order_patients as (

    select
        order_lines.order_id,
        order_lines.placed_on,
        min(patients.person_token) as person_token
    from order_lines
    inner join patients on order_lines.prescription_id = patients.prescription_id
    group by order_lines.order_id, order_lines.placed_on

),

taken as (

    select
        coalesce(person_identifiers.person_token, order_patients.person_token) as person_token,
        order_facts.store_id,
        line_facts.sku_id,
        {{ local_date('order_facts.delivered_at') }} as filled_on,
        line_facts.quantity - line_facts.refunded_quantity as quantity,
        line_facts.has_prescription
    from order_facts
    inner join line_facts
        on
            order_facts.order_id = line_facts.order_id
            and order_facts.placed_on = line_facts.placed_on
    left join person_identifiers on order_facts.customer_token = person_identifiers.identifier_token
    left join order_patients
        on
            order_facts.order_id = order_patients.order_id
            and order_facts.placed_on = order_patients.placed_on
    where
        order_facts.is_completed
        and line_facts.quantity > line_facts.refunded_quantity

),

final as (

    select
        taken.person_token,
        taken.sku_id,
        medicines.atc_code,
        medicines.therapeutic_class,
        medicines.condition_code,
        medicines.is_prescription_only,
        taken.filled_on,
        sum(taken.quantity) as filled_quantity,
        -- A pack that is begun lasts for what is left of it.
        greatest({{ integer_floor('sum(taken.quantity) * max(medicines.pack_supply_days)') }}, 1) as supply_days,
        max(case when taken.has_prescription then 1 else 0 end) = 1 as is_prescribed,
        min(taken.store_id) as store_id
    from taken
    inner join medicines on taken.sku_id = medicines.sku_id
    cross join as_of
    where
        taken.person_token is not null
        and taken.filled_on <= as_of.as_of_date
    group by
        taken.person_token,
        taken.sku_id,
        medicines.atc_code,
        medicines.therapeutic_class,
        medicines.condition_code,
        medicines.is_prescription_only,
        taken.filled_on

)

select * from final
