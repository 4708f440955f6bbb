{{ config(**evaluated_once()) }}

{#- A cell is held back when it shows 1 to 10 people, and others with it, until no held-back cell is the difference of
    shown ones. Places lie in each other like boxes (store, city, region, chain), so three rules from the top down are
    enough: in a shown place never exactly one part is held back; in a held-back place at least one part is; and a part
    that is added is the smallest. A store alone in its city has its city's figures, so both are treated alike. -#}
with reach as (

    select * from {{ ref('int_community__monthly_reach') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

cities as (

    select
        city_zh,
        min(region_zh) as region_zh
    from locations
    group by city_zh

),

judged as (

    select
        reach.grain,
        reach.area,
        reach.store_id,
        reach.business_date,
        reach.member_count,
        reach.active_count,
        reach.active_count between 1 and limits.limit_value - 1
        or reach.member_count between 1 and limits.limit_value - 1
        or reach.member_count - reach.active_count between 1 and limits.limit_value - 1 as is_small
    from reach
    cross join limits

),

chain_cells as (

    select * from judged
    where grain = 'chain'

),

regions as (

    select
        judged.*,
        judged.area as part,
        'all' as whole,
        chain_cells.is_small as is_whole_held_back
    from judged
    inner join chain_cells on judged.business_date = chain_cells.business_date
    where judged.grain = 'region'

),

region_cells as (

    {{ complementary_suppression('regions') }}

),

city_parts as (

    select
        judged.*,
        judged.area as part,
        cities.region_zh as whole,
        region_cells.is_held_back as is_whole_held_back
    from judged
    inner join cities on judged.area = cities.city_zh
    inner join region_cells
        on
            judged.business_date = region_cells.business_date
            and cities.region_zh = region_cells.area
    where judged.grain = 'city'

),

city_cells as (

    {{ complementary_suppression('city_parts') }}

),

store_parts as (

    select
        judged.*,
        judged.store_id as part,
        locations.city_zh as whole,
        city_cells.is_held_back as is_whole_held_back
    from judged
    inner join locations on judged.store_id = locations.location_id
    inner join city_cells
        on
            judged.business_date = city_cells.business_date
            and locations.city_zh = city_cells.area
    where judged.grain = 'store'

),

store_cells as (

    {{ complementary_suppression('store_parts') }}

),

cells as (

    select
        grain,
        area,
        store_id,
        business_date,
        member_count,
        active_count,
        is_small as is_held_back
    from chain_cells
    {% for cte in ['region_cells', 'city_cells', 'store_cells'] %}
    union all
    select
        grain,
        area,
        store_id,
        business_date,
        member_count,
        active_count,
        is_held_back
    from {{ cte }}
    {% endfor %}

),

final as (

    select
        grain,
        area,
        store_id,
        business_date,
        case when not is_held_back then member_count end as member_count,
        case when not is_held_back then active_count end as active_count,
        is_held_back as is_suppressed
    from cells

)

select * from final
