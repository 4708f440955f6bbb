with versions as (

    select * from {{ ref('stg_staff__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        recorded_on
    from versions
    group by source_file, file_id, recorded_on

)

select * from final
