with versions as (

    select * from {{ ref('stg_health_measurements__versions') }}

),

final as (

    select
        source_file,
        file_id,
        source_position,
        arrived_on,
        measurement_id as record_id,
        verdict as rule
    from versions
    where {{ is_orphan() }}

)

select * from final
