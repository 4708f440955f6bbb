with versions as (

    select * from {{ ref('stg_assortment__versions') }}

),

final as (

    select
        source_file,
        file_id,
        source_position,
        arrived_on,
        location_id || ' ' || sku_id || ' ' || cast(ranged_from as string) as record_id,
        verdict as rule
    from versions
    where {{ is_orphan() }}

)

select * from final
