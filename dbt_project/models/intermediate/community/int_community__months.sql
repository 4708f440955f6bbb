{{ config(**evaluated_once()) }}

{#- Months from the feed's first file on: joins from before are known, but what members did then is not. -#}
with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

bounds as (

    select
        min(arrived_on) filter (where feed = 'community_activity') as first_day,
        max(arrived_on) as last_day
    from receipts

),

days as (

    {{ day_spine('(select first_day from bounds)', '(select last_day from bounds)', 'business_date') }}

),

final as (

    select
        {{ month_start('business_date') }} as month_start_date,
        {{ day_start(month_start('business_date')) }} as month_start_at,
        min(business_date) as first_date,
        max(business_date) as last_date,
        {{ day_start(add_days('max(business_date)', 1)) }} as known_until_at
    from days
    group by {{ month_start('business_date') }}

)

select * from final
