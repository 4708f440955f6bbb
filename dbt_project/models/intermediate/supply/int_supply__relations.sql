with relations as (

    select * from {{ ref('supply_relations') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

ranked as (

    select
        relations.*,
        row_number() over (
            partition by relations.source_kind, relations.location_kind
            order by relations.valid_from desc
        ) as recency
    from relations
    cross join as_of
    where relations.valid_from <= as_of.as_of_date

),

final as (

    select
        source_kind,
        location_kind,
        lead_time_days,
        lead_time_sd_days,
        review_days
    from ranked
    where recency = 1

)

select * from final
