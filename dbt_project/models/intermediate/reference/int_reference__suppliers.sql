with suppliers as (

    select * from {{ ref('stg_suppliers__suppliers') }}

),

final as (

    select
        supplier_id,
        supplier_name_zh,
        supplier_name_en,
        agreed_lead_time_days
    from suppliers

)

select * from final
