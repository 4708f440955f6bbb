{#- Conditions are data (seed segments), so a new segment needs no new SQL: a person's attributes, one row each, meet
    the conditions that ask for them; an alternative whose every condition is met puts the person into the segment. -#}
with attributes as (

    select * from {{ ref('int_people__segment_attributes') }}

),

consents_in_force as (

    select * from {{ ref('int_people__consents_in_force') }}

),

segments as (

    select * from {{ ref('segments') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

consents as (

    select
        person_token,
        max(case when purpose = 'health_data' then 1 else 0 end) = 1 as is_health_data_allowed,
        max(case when purpose = 'marketing' then 1 else 0 end) = 1 as is_push_allowed
    from consents_in_force
    group by person_token
    having max(case when purpose = 'profiling' then 1 else 0 end) = 1

),

attribute_values as (

    {% for attribute in segment_attributes() %}
    select
        person_token,
        '{{ attribute.name }}' as attribute,
        {{ attribute_number(attribute) }} as number_value,
        {{ attribute_text(attribute) }} as text_value,
        {{ 'true' if attribute.is_health else 'false' }} as is_health_data
    from attributes
    where {{ attribute.name }} is not null
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

conditions as (

    select
        segments.*,
        try_cast(segments.operand as double) as number_operand,
        count(*) over (partition by segments.segment_code, segments.alternative) as condition_count
    from segments
    cross join as_of
    where segments.valid_from <= as_of.as_of_date

),

met as (

    select
        attribute_values.person_token,
        attribute_values.is_health_data,
        conditions.segment_code,
        conditions.segment_name_zh,
        conditions.segment_name_en,
        conditions.alternative,
        conditions.condition_order,
        conditions.condition_count,
        conditions.reason_zh,
        conditions.reason_en,
        coalesce(
            attribute_values.text_value,
            case
                when attribute_values.number_value = {{ rounded('attribute_values.number_value') }}
                    then {{ text_of_count(rounded_integer('attribute_values.number_value')) }}
                else {{ text_of_quantity('attribute_values.number_value') }}
            end
        ) as value_text
    from attribute_values
    inner join conditions on attribute_values.attribute = conditions.attribute
    where
        case conditions.operator
            when 'at_least' then attribute_values.number_value >= conditions.number_operand
            when 'at_most' then attribute_values.number_value <= conditions.number_operand
            when 'above' then attribute_values.number_value > conditions.number_operand
            when 'below' then attribute_values.number_value < conditions.number_operand
            when 'is_true' then attribute_values.number_value = 1
            when 'is_false' then attribute_values.number_value = 0
            when 'equals' then attribute_values.text_value = conditions.operand
            when 'differs' then attribute_values.text_value <> conditions.operand
        end

),

worded as (

    select
        *,
        {{ filled_text('reason_zh', {'value': 'value_text'}) }} as condition_zh,
        {{ filled_text('reason_en', {'value': 'value_text'}) }} as condition_en
    from met

),

alternatives as (

    select
        person_token,
        segment_code,
        segment_name_zh,
        segment_name_en,
        alternative,
        max(case when is_health_data then 1 else 0 end) = 1 as is_health_data,
        {{ joined_text('condition_zh', '，', 'condition_order') }} as reason_zh,
        {{ joined_text('condition_en', ', ', 'condition_order') }} as reason_en
    from worded
    group by person_token, segment_code, segment_name_zh, segment_name_en, alternative, condition_count
    having count(*) = condition_count

),

-- Of several alternatives that hold the first one is the reason.
allowed as (

    select
        alternatives.*,
        consents.is_push_allowed,
        row_number() over (
            partition by alternatives.person_token, alternatives.segment_code
            order by alternatives.alternative nulls last
        ) as reason_rank
    from alternatives
    inner join consents on alternatives.person_token = consents.person_token
    where
        consents.is_health_data_allowed
        or not alternatives.is_health_data

),

final as (

    select
        cast(allowed.person_token as string) as person_token,
        cast(allowed.segment_code as string) as segment_code,
        cast(allowed.segment_name_zh as string) as segment_name_zh,
        cast(allowed.segment_name_en as string) as segment_name_en,
        cast(allowed.reason_zh as string) as segment_reason_zh,
        cast(allowed.reason_en as string) as segment_reason_en,
        cast(allowed.is_health_data as boolean) as is_health_data,
        cast(allowed.is_push_allowed as boolean) as is_push_allowed,
        cast(as_of.as_of_date as date) as as_of_date
    from allowed
    cross join as_of
    where allowed.reason_rank = 1

)

select * from final
