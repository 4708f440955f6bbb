{{ config(materialized='table') }}

with door_records as (

    select * from {{ ref('stg_quarantine__records') }}

),

orphans as (

    {% for feed in staged_feeds_with_references() %}
    select
        '{{ feed }}' as feed,
        source_file,
        file_id,
        source_position,
        arrived_on,
        record_id,
        rule
    from {{ ref('stg_' ~ feed ~ '__orphans') }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

final as (

    select
        'door' as found_at,
        feed,
        source_file,
        file_id,
        source_position,
        rule,
        detail,
        record_id,
        arrived_on
    from door_records
    union all
    select
        'warehouse' as found_at,
        feed,
        source_file,
        file_id,
        source_position,
        rule,
        cast(null as string) as detail,
        record_id,
        arrived_on
    from orphans

)

select * from final
