-- A condition that names no attribute, or asks for what its kind does not have, would never be met, unnoticed.
with segments as (

    select * from {{ ref('segments') }}

),

known as (

    {% for attribute in segment_attributes() -%}
    {% set outer = loop -%}
    {% for operator in segment_operators()[attribute.kind] -%}
    select
        '{{ attribute.name }}' as attribute,
        '{{ operator }}' as operator,
        '{{ attribute.kind }}' as kind
    {%- if not (loop.last and outer.last) %}
    union all
    {% endif -%}
    {% endfor -%}
    {% endfor %}

)

select segments.*
from segments
left join known
    on
        segments.attribute = known.attribute
        and segments.operator = known.operator
where
    known.attribute is null
    or (known.kind = 'number' and try_cast(segments.operand as double) is null)
    or (known.kind = 'text' and segments.operand is null)
    or (known.kind = 'boolean' and segments.operand is not null)
