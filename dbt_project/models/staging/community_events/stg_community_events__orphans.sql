with versions as (

    select * from {{ ref('stg_community_events__versions') }}

),

final as (

    select
        source_file,
        file_id,
        source_position,
        arrived_on,
        community_event_id as record_id,
        verdict as rule
    from versions
    where {{ is_orphan() }}

)

select * from final
