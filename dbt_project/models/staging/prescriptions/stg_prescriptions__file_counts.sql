with versions as (

    select * from {{ ref('stg_prescriptions__versions') }}

),

final as (

    select
        source_file,
        file_id,
        {{ verdict_counts() }},
        issued_on
    from versions
    group by source_file, file_id, issued_on

)

select * from final
