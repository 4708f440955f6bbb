{{ config(materialized='table') }}

{#- What people have taken home. What is on a prescription is its patient's, whoever ordered it, if the patient is
    known. Anything else is the customer's; where the order names none, the patient's, if its prescriptions are all of
    one. What came back to the store is no supply. -#}
with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

line_facts as (

    select * from {{ ref('int_orders__line_facts') }}

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

lines as (

    select
        line_facts.*,
        patients.person_token as patient_token
    from line_facts
    left join patients on line_facts.prescription_id = patients.prescription_id

),

order_patients as (

    select
        order_id,
        placed_on,
        case when min(patient_token) = max(patient_token) then min(patient_token) end as person_token
    from lines
    group by order_id, placed_on

),

taken as (

    select
        coalesce(lines.patient_token, person_identifiers.person_token, order_patients.person_token) as person_token,
        order_facts.store_id,
        lines.sku_id,
        {{ local_date('order_facts.delivered_at') }} as filled_on,
        lines.quantity - lines.refunded_quantity as quantity,
        lines.has_prescription
    from order_facts
    inner join lines
        on
            order_facts.order_id = lines.order_id
            and order_facts.placed_on = lines.placed_on
    left join person_identifiers on order_facts.customer_token = person_identifiers.identifier_token
    left join order_patients
        on
            order_facts.order_id = order_patients.order_id
            and order_facts.placed_on = order_patients.placed_on
    where
        order_facts.is_completed
        and lines.quantity > lines.refunded_quantity

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
