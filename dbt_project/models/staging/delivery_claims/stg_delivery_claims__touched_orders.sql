{{ config(materialized='table') }}

with claim_copies as (

    select * from {{ source('lake', 'delivery_claims') }}

),

-- All versions count: a claim that moves from one order to another touches both.
final as (

    select distinct order_id
    from claim_copies
    where
        claim_id in (
            select claim_id
            from claim_copies
            where {{ arrived_in_run() }}
        )

)

select * from final
