with versions as (

    select * from {{ ref('stg_purchase_orders__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        ordered_on
    from versions
    group by source_file, file_id, ordered_on

)

select * from final
