{{ config(**incremental_by_day('placed_on', 'int_compliance__touched_days')) }}

with line_links as (

    select * from {{ ref('int_compliance__line_links') }}
    where {{ is_touched_day('placed_on', ref('int_compliance__touched_days')) }}

),

findings as (

    select * from {{ ref('int_compliance__line_findings') }}

),

final as (

    select
        cast(line_links.order_id as string) as order_id,
        cast(line_links.line_number as integer) as line_number,
        cast(line_links.channel as string) as channel,
        cast(line_links.store_id as string) as store_id,
        cast(line_links.fulfilling_location_id as string) as fulfilling_location_id,
        cast(line_links.sku_id as string) as sku_id,
        cast(line_links.quantity as integer) as quantity,
        cast(line_links.prescription_id as string) as prescription_id,
        cast(line_links.prescription_source as string) as prescription_source,
        cast(line_links.doctor_id as string) as doctor_id,
        cast(line_links.approving_pharmacist_id as string) as approving_pharmacist_id,
        cast(line_links.approved_at as timestamp) as approved_at,
        cast(line_links.dispensed_at as timestamp) as dispensed_at,
        cast(line_links.dispensed_on as date) as dispensed_on,
        cast(line_links.prescribed_quantity as integer) as prescribed_quantity,
        cast(line_links.dispensed_quantity as integer) as dispensed_quantity,
        cast(line_links.is_prescription_known as boolean) as is_prescription_known,
        cast(line_links.is_prescription_valid as boolean) as is_prescription_valid,
        cast(line_links.is_quantity_covered as boolean) as is_quantity_covered,
        cast(line_links.is_doctor_licensed as boolean) as is_doctor_licensed,
        cast(line_links.is_doctor_in_scope as boolean) as is_doctor_in_scope,
        cast(line_links.is_approved_before_dispensing as boolean) as is_approved_before_dispensing,
        cast(line_links.is_pharmacist_licensed as boolean) as is_pharmacist_licensed,
        cast(line_links.is_pharmacist_on_duty as boolean) as is_pharmacist_on_duty,
        cast(line_links.is_delivery_traced as boolean) as is_delivery_traced,
        cast(line_links.is_compliant as boolean) as is_compliant,
        cast(findings.finding_zh as string) as finding_zh,
        cast(findings.finding_en as string) as finding_en,
        cast(line_links.reported_at as timestamp) as source_reported_at,
        cast(line_links.placed_on as date) as placed_on
    from line_links
    left join findings
        on
            line_links.order_id = findings.order_id
            and line_links.line_number = findings.line_number
            and line_links.placed_on = findings.placed_on

)

select * from final
