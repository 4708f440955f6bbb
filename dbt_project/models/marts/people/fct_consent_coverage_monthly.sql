with coverage as (

    select * from {{ ref('int_people__consent_coverage') }}

),

by_purpose as (

    {% for purpose in consent_purposes() %}
    select
        business_date,
        grain,
        area,
        store_id,
        '{{ purpose }}' as purpose,
        people_count,
        {{ purpose }}_count as consenting_count,
        is_suppressed
    from coverage
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

final as (

    select
        cast(business_date as date) as month_end_date,
        cast(grain as string) as grain,
        cast(area as string) as area,
        cast(store_id as string) as store_id,
        cast(purpose as string) as purpose,
        cast(people_count as bigint) as active_member_count,
        cast(consenting_count as bigint) as consenting_member_count,
        cast({{ safe_ratio('consenting_count', 'people_count') }} as double) as consent_coverage_rate,
        cast(is_suppressed as boolean) as is_suppressed
    from by_purpose

)

select * from final
