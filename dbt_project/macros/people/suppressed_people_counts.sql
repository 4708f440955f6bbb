{#- Counts of people by month and place (store, city, region, chain) as they may be published: one row per business_date x
    grain x area x store_id with people_count, the columns of `counts` and is_suppressed; every count is null where it is.

    facts: relation with one row per person, month and store: business_date (last day of the month), store_id (null: in
    the chain's counts only) and the person. A person of several stores counts in each, and once in what they have in
    common.
    counts: name of each count -> condition on a row of facts. It counts the persons for whom it holds; how many others
    there are follows from it, and is guarded alike.
    person: column that tells the persons apart.

    A cell is held back when one of its counts is 1 to 10 people, and others with it, from the chain down: places lie in
    each other like boxes, and what a shown place has besides its shown parts is one equation about those that are held
    back. All counts of a cell are held back together. People without a store are one more part of the chain that is
    never shown. -#}
{% macro suppressed_people_counts(facts, counts, person='person_token') %}
{%- set guarded = [] -%}
{%- for count in counts -%}
    {%- do guarded.extend([count, 'not_' ~ count]) -%}
{%- endfor -%}
with facts as (

    select * from {{ facts }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

placed as (

    select
        facts.*,
        locations.location_id,
        locations.city_zh,
        locations.region_zh
    from facts
    left join locations on facts.store_id = locations.location_id
    where facts.{{ person }} is not null

),

{% for grain, whole_grain, part, whole in [
    ('chain', none, none, none),
    ('region', 'chain', 'region_zh', "'all'"),
    ('city', 'region', 'city_zh', 'min(region_zh)'),
    ('store', 'city', 'location_id', 'min(city_zh)'),
] %}
{{ grain }}_counts as (

    select
        business_date,
        {{ part or "'all'" }} as part,
        {% if whole_grain %}
        {{ whole }} as whole,
        {% endif %}
        count(distinct {{ person }}) as people_count,
        {% for count, condition in counts.items() %}
        count(distinct case when {{ condition }} then {{ person }} end) as {{ count }},
        count(distinct {{ person }})
        - count(distinct case when {{ condition }} then {{ person }} end) as not_{{ count }},
        {% endfor %}
        greatest(count(distinct location_id), 1) as store_count
    from placed
    {% if grain in ['city', 'store'] %}
    where {{ part }} is not null
    {% endif %}
    group by business_date{{ ', ' ~ part if part }}

),

{{ grain }}_parts as (

    select
        counts.*,
        limits.limit_value,
        {% for count in guarded %}
        counts.{{ count }} between 1 and limits.limit_value - 1
        or
        {% endfor %}
        counts.people_count < limits.limit_value
        or counts.people_count <= counts.store_count as is_small
        {%- if whole_grain %},
        wholes.is_held_back as is_whole_held_back
        {%- endif %}
    from {{ grain }}_counts as counts
    cross join limits
    {% if whole_grain %}
    inner join {{ whole_grain }}_cells as wholes
        on
            counts.whole = wholes.part
            and counts.business_date = wholes.business_date
    {% endif %}

),

{{ grain }}_cells as (

    {% if whole_grain %}
    {{ complementary_suppression(grain ~ '_parts', guarded) }}
    {% else %}
    select
        *,
        is_small as is_held_back
    from {{ grain }}_parts
    {% endif %}

),

{% endfor %}
cells as (

    {% for grain in ['chain', 'region', 'city', 'store'] %}
    select
        '{{ grain }}' as grain,
        {{ 'part' if grain in ['city', 'region'] else "'all'" }} as area,
        {{ 'part' if grain == 'store' else "'all'" }} as store_id,
        business_date,
        people_count,
        {% for count in counts %}
        {{ count }},
        {% endfor %}
        is_held_back
    from {{ grain }}_cells
    where part is not null
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

)

select
    grain,
    area,
    store_id,
    business_date,
    {% for count in ['people_count'] + counts.keys() | list %}
    case when not is_held_back then {{ count }} end as {{ count }},
    {% endfor %}
    is_held_back as is_suppressed
from cells
{% endmacro %}
