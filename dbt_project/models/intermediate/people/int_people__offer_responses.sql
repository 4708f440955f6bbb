{{ config(materialized='table') }}

with offers as (

    select * from {{ ref('stg_offers__offers') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

offer_kinds as (

    select * from {{ ref('offer_kinds') }}

),

parameters as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

final as (

    select
        offers.offer_id,
        person_identifiers.person_token,
        demographics.home_store_id,
        demographics.birth_year,
        demographics.person_token is not null as is_member,
        offers.offer_kind,
        offer_kinds.is_value_added_service,
        offers.offer_code,
        offers.bundle_code,
        offers.offer_channel,
        offers.offer_status,
        offers.shown_at,
        offers.taken_at,
        offers.declined_at,
        offers.shown_on,
        {{ add_days('offers.shown_on', 'parameters.uptake_days') }} as uptake_due_on,
        coalesce(
            offers.taken_on <= {{ add_days('offers.shown_on', 'parameters.uptake_days') }}, false
        ) as is_taken_in_time,
        offers.updated_at
    from offers
    cross join parameters
    left join person_identifiers
        on
            {{ strongest_token('offers', ['unionid', 'external_user_id', 'phone']) }}
            = person_identifiers.identifier_token
    left join demographics on person_identifiers.person_token = demographics.person_token
    left join offer_kinds on offers.offer_kind = offer_kinds.offer_kind

)

select * from final
