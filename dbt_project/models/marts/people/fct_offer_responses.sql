with offer_responses as (

    select * from {{ ref('int_people__offer_responses') }}
    where {{ has_consent('person_token', ['marketing']) }}

),

final as (

    select
        cast(offer_id as string) as offer_id,
        cast(person_token as string) as person_token,
        cast(home_store_id as string) as home_store_id,
        cast(offer_kind as string) as offer_kind,
        cast(is_value_added_service as boolean) as is_value_added_service,
        cast(offer_code as string) as offer_code,
        cast(bundle_code as string) as bundle_code,
        cast(offer_channel as string) as offer_channel,
        cast(offer_status as string) as offer_status,
        cast(shown_at as timestamp) as shown_at,
        cast(taken_at as timestamp) as taken_at,
        cast(declined_at as timestamp) as declined_at,
        cast(uptake_due_on as date) as uptake_due_on,
        cast(is_taken_in_time as boolean) as is_taken_in_time,
        cast(updated_at as timestamp) as updated_at
    from offer_responses

)

select * from final
