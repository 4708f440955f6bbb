with versions as (

    select * from {{ ref('stg_signal_decisions__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        signal_date
    from versions
    group by source_file, file_id, signal_date

)

select * from final
