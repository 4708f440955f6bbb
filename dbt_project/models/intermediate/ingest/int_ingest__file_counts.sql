{{ config(materialized='table') }}

with counts as (

    {% for feed in staged_feeds() %}
    select
        '{{ feed }}' as feed,
        source_file,
        file_id,
        accepted_count,
        repeated_count,
        stale_count,
        orphan_count
    from {{ ref('stg_' ~ feed ~ '__file_counts') }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

-- A feed may count its files in parts (per day touched); the books want the whole file.
final as (

    select
        feed,
        source_file,
        file_id,
        sum(accepted_count) as accepted_count,
        sum(repeated_count) as repeated_count,
        sum(stale_count) as stale_count,
        sum(orphan_count) as orphan_count
    from counts
    group by feed, source_file, file_id

)

select * from final
