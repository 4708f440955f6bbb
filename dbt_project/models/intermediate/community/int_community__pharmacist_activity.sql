{#- What pharmacists did in a month, one row per figure, with how many people it touched. -#}
with months as (

    select * from {{ ref('int_community__scorecard_months') }}

),

events as (

    select * from {{ ref('int_community__events') }}
    where
        activity_kind in ('message', 'consultation')
        and pharmacist_id is not null

),

gatherings as (

    select * from {{ ref('int_community__gatherings') }}
    where event_status = 'held'

),

communities as (

    select * from {{ ref('stg_communities__communities') }}
    where pharmacist_id is not null

),

tickets as (

    select * from {{ ref('int_delivery__tickets') }}
    where first_response_minutes is not null

),

done as (

    select
        months.month_end_date,
        events.pharmacist_id,
        events.activity_kind || '_count' as figure_code,
        count(*) as figure_value,
        count(distinct events.external_user_token) as people_count
    from events
    inner join months on events.occurred_on between months.month_start_date and months.month_end_date
    group by months.month_end_date, events.pharmacist_id, events.activity_kind
    union all
    select
        months.month_end_date,
        gatherings.pharmacist_id,
        'held_event_count' as figure_code,
        count(*) as figure_value,
        cast(null as bigint) as people_count
    from gatherings
    inner join months on gatherings.event_date between months.month_start_date and months.month_end_date
    where gatherings.pharmacist_id is not null
    group by months.month_end_date, gatherings.pharmacist_id

),

pharmacists_of_stores as (

    select distinct
        pharmacist_id,
        store_id
    from communities

),

answered as (

    select
        months.month_end_date,
        pharmacists_of_stores.pharmacist_id,
        tickets.first_response_minutes,
        row_number() over (
            partition by months.month_end_date, pharmacists_of_stores.pharmacist_id
            order by tickets.first_response_minutes nulls last
        ) as response_rank,
        count(*) over (partition by months.month_end_date, pharmacists_of_stores.pharmacist_id) as ticket_count
    from tickets
    inner join pharmacists_of_stores on tickets.store_id = pharmacists_of_stores.store_id
    inner join months on tickets.ticket_opened_on between months.month_start_date and months.month_end_date

),

responses as (

    select
        month_end_date,
        pharmacist_id,
        {{ quantile('first_response_minutes', 0.5) }} as figure_value,
        max(
            case when response_rank = {{ quantile_rank('0.5', 'ticket_count', -1) }} then first_response_minutes end
        ) as lower_bound,
        max(
            case when response_rank = {{ quantile_rank('0.5', 'ticket_count', 1) }} then first_response_minutes end
        ) as upper_bound,
        count(*) as observation_count
    from answered
    group by month_end_date, pharmacist_id

),

final as (

    select
        month_end_date,
        pharmacist_id,
        figure_code,
        cast(figure_value as double) as figure_value,
        cast(null as double) as lower_bound,
        cast(null as double) as upper_bound,
        figure_value as observation_count,
        people_count
    from done
    union all
    select
        month_end_date,
        pharmacist_id,
        'first_response_minutes' as figure_code,
        figure_value,
        lower_bound,
        upper_bound,
        observation_count,
        cast(null as bigint) as people_count
    from responses

)

select * from final
