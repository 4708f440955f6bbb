with decisions as (

    select * from {{ ref('stg_signal_decisions__decisions') }}

),

final as (

    select
        decision_id,
        signal_kind,
        location_id,
        sku_id,
        source_location_id,
        decision,
        cast(decided_quantity as bigint) as decided_quantity,
        reason_code,
        decided_at,
        signal_date
    from decisions

)

select * from final
