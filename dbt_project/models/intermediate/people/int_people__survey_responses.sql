{{ config(materialized='table') }}

{#- A respondent counts once per journey and month, with the last answer: many answers of one customer are not many
    customers. Whoever cannot be told is a respondent of one answer. -#}
with responses as (

    select * from {{ ref('stg_surveys__responses') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}

),

parameters as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

described as (

    select
        responses.*,
        person_identifiers.person_token,
        coalesce(person_identifiers.person_token, responses.response_id) as respondent,
        coalesce(order_facts.store_id, communities.store_id) as store_id,
        responses.score >= parameters.lowest_promoter_score as is_promoter,
        responses.score <= parameters.highest_detractor_score as is_detractor
    from responses
    cross join parameters
    left join person_identifiers
        on
            {{ strongest_token('responses', ['unionid', 'external_user_id', 'phone']) }}
            = person_identifiers.identifier_token
    left join order_facts on responses.order_id = order_facts.order_id
    left join communities on responses.community_id = communities.community_id

),

final as (

    select
        response_id,
        person_token,
        respondent,
        journey,
        store_id,
        order_id,
        community_id,
        score,
        is_promoter,
        not is_promoter and not is_detractor as is_passive,
        is_detractor,
        theme_codes,
        answer_language,
        answer_length,
        theme_rules_id,
        answered_at,
        answered_on,
        row_number() over (
            partition by respondent, journey, {{ month_start('answered_on') }}
            order by answered_at desc nulls last, response_id asc nulls last
        ) = 1 as is_last_of_month,
        row_number() over (
            partition by respondent, journey, answer_language is not null, {{ month_start('answered_on') }}
            order by answered_at desc nulls last, response_id asc nulls last
        ) = 1 and answer_language is not null as is_last_written_of_month,
        updated_at
    from described

)

select * from final
