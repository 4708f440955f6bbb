with versions as (

    select * from {{ ref('stg_content__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        created_on
    from versions
    group by source_file, file_id, created_on

)

select * from final
