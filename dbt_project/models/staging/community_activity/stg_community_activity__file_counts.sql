with versions as (

    select * from {{ ref('stg_community_activity__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        occurred_on
    from versions
    group by source_file, file_id, occurred_on

)

select * from final
