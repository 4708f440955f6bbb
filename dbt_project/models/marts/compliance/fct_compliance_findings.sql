with sale_findings as (

    select * from {{ ref('int_compliance__sale_findings') }}

),

rules as (

    select * from {{ ref('compliance_rules') }}

),

final as (

    select
        cast(sale_findings.rule_code as string) as rule_code,
        cast(sale_findings.order_id as string) as order_id,
        cast(sale_findings.line_number as integer) as line_number,
        cast(sale_findings.subject_code as string) as subject_code,
        cast(sale_findings.sale_count as integer) as sale_count,
        cast(sale_findings.first_sold_at as timestamp) as first_sold_at,
        cast(sale_findings.channel as string) as channel,
        cast(sale_findings.store_id as string) as store_id,
        cast(sale_findings.fulfilling_location_id as string) as fulfilling_location_id,
        cast(sale_findings.sku_id as string) as sku_id,
        cast(sale_findings.dispensed_at as timestamp) as dispensed_at,
        cast(sale_findings.dispensed_on as date) as dispensed_on,
        cast(rules.finding_zh as string) as finding_zh,
        cast(rules.finding_en as string) as finding_en,
        cast(sale_findings.placed_on as date) as placed_on
    from sale_findings
    inner join rules
        on
            sale_findings.rule_code = rules.rule_code
            and sale_findings.placed_on >= rules.valid_from

)

select * from final
