with versions as (

    select * from {{ ref('stg_community_events__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }}
    from versions
    group by source_file, file_id

)

select * from final
