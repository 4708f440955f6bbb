with line_links as (

    select * from {{ ref('int_compliance__line_links') }}
    where is_compliant is null or not is_compliant

),

words as (

    select * from {{ ref('prescription_links') }}

),

links as (

    {% for link in prescription_links() %}
    select
        order_id,
        line_number,
        is_compliant,
        '{{ link }}' as link_code,
        {{ link }} as is_whole,
        placed_on
    from line_links
    where {{ link }} is null or not {{ link }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

-- What is missing; where nothing is, what is not known.
final as (

    select
        links.order_id,
        links.line_number,
        {{ joined_text(
            "case when links.is_compliant is null then words.unknown_zh else words.missing_zh end", '；', 'words.link_order'
        ) }} as finding_zh,
        {{ joined_text(
            "case when links.is_compliant is null then words.unknown_en else words.missing_en end", '; ', 'words.link_order'
        ) }} as finding_en,
        links.placed_on
    from links
    inner join words on links.link_code = words.link_code
    where
        links.is_whole is not null
        or links.is_compliant is null
    group by links.order_id, links.line_number, links.placed_on

)

select * from final
