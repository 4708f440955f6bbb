{{ config(**incremental_by_day('signal_date', 'stg_signal_decisions__touched_days')) }}

with decision_copies as (

    select * from {{ source('lake', 'signal_decisions') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

recomputed as (

    {{ records_of_touched_days(
        'decision_copies', 'decision_id', 'signal_date', ref('stg_signal_decisions__touched_days')
    ) }}

),

received as (

    select
        recomputed.*,
        case
            when destinations.location_id is null then 'unknown_location'
            when sources.location_id is null and recomputed.source_location_id is not null then 'unknown_location'
            when products.sku_id is null then 'unknown_sku'
        end as unknown_reference
    from recomputed
    left join locations as destinations on recomputed.location_id = destinations.location_id
    left join locations as sources on recomputed.source_location_id = sources.location_id
    left join products on recomputed.sku_id = products.sku_id

),

judged as (

    {{ judged_records('received', ['decision_id']) }}

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
        {{ utc_timestamp('decided_at') }} as decided_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        signal_date
    from judged
    where {{ is_touched_day('signal_date', ref('stg_signal_decisions__touched_days')) }}

)

select * from final
