with suppliers as (

    select * from {{ ref('int_reference__suppliers') }}

),

final as (

    select
        cast(supplier_id as string) as supplier_id,
        cast(supplier_name_zh as string) as supplier_name_zh,
        cast(supplier_name_en as string) as supplier_name_en,
        cast(agreed_lead_time_days as integer) as agreed_lead_time_days
    from suppliers

)

select * from final
