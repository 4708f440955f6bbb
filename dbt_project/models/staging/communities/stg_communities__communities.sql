{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_communities__versions') }}

),

final as (

    select
        community_id,
        name_zh as community_name_zh,
        name_en as community_name_en,
        kind as community_kind,
        store_id,
        pharmacist_id,
        started_on,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
