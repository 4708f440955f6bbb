with versions as (

    select * from {{ ref('stg_inventory__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        moved_on
    from versions
    group by source_file, file_id, moved_on

)

select * from final
