{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_orders__versions') }}

),

line_copies as (

    select * from {{ source('lake', 'order_lines') }}

),

final as (

    select distinct
        line_copies.prescription_id,
        versions.placed_on
    from versions
    inner join line_copies
        on
            versions.order_id = line_copies.order_id
            and versions.arrived_on = line_copies.arrived_on
            and versions.source_file = line_copies.source_file
            and versions.source_position = line_copies.source_position
    where line_copies.prescription_id is not null

)

select * from final
