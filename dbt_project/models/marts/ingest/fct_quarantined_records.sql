with records as (

    select * from {{ ref('int_ingest__quarantined_records') }}

),

final as (

    select
        cast(feed as string) as feed,
        cast(source_file as string) as source_file,
        cast(file_id as string) as file_id,
        cast(source_position as bigint) as source_position,
        cast(rule as string) as rule,
        cast(found_at as string) as found_at,
        cast(detail as string) as detail,
        cast(record_id as string) as record_id,
        cast(arrived_on as date) as arrived_on
    from records

)

select * from final
