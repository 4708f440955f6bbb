with versions as (

    select * from {{ ref('stg_orders__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        placed_on
    from versions
    group by source_file, file_id, placed_on

)

select * from final
