with versions as (

    select * from {{ ref('stg_signal_decisions__versions') }}

),

final as (

    select
        decision_id,
        signal_kind,
        location_id,
        sku_id,
        source_location_id,
        decision,
        decided_quantity,
        reason_code,
        decided_at,
        updated_at,
        signal_date
    from versions
    where is_current

)

select * from final
