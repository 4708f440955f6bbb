with erased_records as (

    select * from {{ source('lake', 'erased_records') }}

),

final as (

    select
        feed,
        source_file,
        file_id,
        arrived_on,
        sum(erased_valid_count) as erased_valid_count,
        sum(erased_quarantined_count) as erased_quarantined_count
    from erased_records
    group by feed, source_file, file_id, arrived_on

)

select * from final
