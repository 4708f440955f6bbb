with records as (

    select * from {{ source('quarantine', 'records') }}

),

-- The encrypted text stays where it is: nobody reads it through the warehouse.
final as (

    select
        feed,
        source_file,
        source_position,
        file_id,
        rule,
        detail,
        record_id,
        arrived_on
    from records

)

select * from final
