{{ config(**incremental_by_day('placed_on', 'int_delivery__touched_days')) }}

with procedure_checks as (

    select * from {{ ref('int_delivery__procedure_checks') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(rule_code as string) as rule_code,
        cast(finding_zh as string) as finding_zh,
        cast(finding_en as string) as finding_en,
        cast(observed as string) as observed,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(courier_company as string) as courier_company,
        cast(handed_over_at as timestamp) as handed_over_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(placed_on as date) as placed_on
    from procedure_checks
    where
        not is_kept
        and {{ is_touched_day('placed_on', ref('int_delivery__touched_days')) }}

)

select * from final
