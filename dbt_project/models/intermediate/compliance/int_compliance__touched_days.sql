{{ config(materialized='table') }}

{#- Every way in which a run can reach the audit of a line: its order, its prescription, another line on the same
    prescription, the licence of who signed or approved it, the roster of the day of the approval, the product's class. -#}
with order_days as (

    select * from {{ ref('stg_orders__touched_days') }}

),

prescription_days as (

    select * from {{ ref('stg_orders__prescription_days') }}

),

prescriptions as (

    select * from {{ ref('stg_prescriptions__prescriptions') }}

),

reviews as (

    select * from {{ ref('stg_prescriptions__reviews') }}

),

touched_issue_days as (

    select * from {{ ref('stg_prescriptions__touched_days') }}

),

staff_days as (

    select * from {{ ref('stg_staff__touched_days') }}

),

staff_versions as (

    select * from {{ ref('stg_staff__versions') }}

),

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

reclassified_products as (

    select * from {{ ref('stg_products__reclassified_products') }}

),

touched_staff as (

    select staff_id
    from staff_versions
    where
        record_kind = 'licences'
        and recorded_on in (select touched_day from staff_days)

),

-- A duty that begins on a day may last into the next one.
roster_days as (

    select touched_day as review_day
    from staff_days
    union
    select {{ add_days('touched_day', 1) }} as review_day
    from staff_days

),

touched_prescriptions as (

    select prescription_id
    from prescription_days
    where placed_on in (select touched_day from order_days)
    union
    select prescription_id
    from prescriptions
    where
        issued_on in (select touched_day from touched_issue_days)
        or doctor_id in (select staff_id from touched_staff)
    union
    select prescription_id
    from reviews
    where
        pharmacist_id in (select staff_id from touched_staff)
        or {{ local_date('reviewed_at') }} in (select review_day from roster_days)

),

final as (

    select touched_day
    from order_days
    union
    select placed_on as touched_day
    from prescription_days
    where prescription_id in (select prescription_id from touched_prescriptions)
    union
    select placed_on as touched_day
    from order_lines
    where sku_id in (select sku_id from reclassified_products)

)

select * from final
