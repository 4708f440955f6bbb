{{ config(materialized='table') }}

with claim_copies as (

    select * from {{ source('lake', 'delivery_claims') }}

),

-- All versions count: a claim that moves from one order to another touches both.
touched_claims as (

    select distinct claim_id
    from claim_copies
    where {{ arrived_in_run() }}

),

final as (

    select distinct claim_copies.order_id
    from claim_copies
    inner join touched_claims on claim_copies.claim_id = touched_claims.claim_id

)

select * from final
