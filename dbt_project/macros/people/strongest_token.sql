{#- The one identifier token of a record by which its person is looked up (int_people__person_identifiers): that of the
    strongest kind that the record carries. A phone comes last, for a phone that several persons use has no person.

    alias: of the relation; kinds: the identifier kinds that its records may carry, in any order. -#}
{% macro strongest_token(alias, kinds) -%}
    {%- set columns = {
        'member_id': 'member_token',
        'member_card': 'member_card_token',
        'unionid': 'unionid_token',
        'external_user_id': 'external_user_token',
        'openid': 'openid_token',
        'platform_user_id': 'platform_user_token',
        'phone': 'phone_token',
    } -%}
    {%- for kind in kinds if kind not in columns -%}
        {{ exceptions.raise_compiler_error('strongest_token knows no identifier kind ' ~ kind) }}
    {%- endfor -%}
    {%- set carried = [] -%}
    {%- for kind, column in columns.items() if kind in kinds -%}
        {%- do carried.append(alias ~ '.' ~ column) -%}
    {%- endfor -%}
    {{ carried[0] if carried | length == 1 else 'coalesce(' ~ carried | join(', ') ~ ')' }}
{%- endmacro %}
