{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_suppliers__versions') }}

),

final as (

    select
        supplier_id,
        name_zh as supplier_name_zh,
        name_en as supplier_name_en,
        cast(agreed_lead_time_days as integer) as agreed_lead_time_days,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
