{{ config(**incremental_by_day('created_on', 'stg_content__touched_days')) }}

with content_copies as (

    select
        *,
        {{ local_date(utc_timestamp('created_at')) }} as created_on
    from {{ source('lake', 'content') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

recomputed as (

    {{ records_of_touched_days('content_copies', 'content_id', 'created_on', ref('stg_content__touched_days')) }}

),

received as (

    select
        recomputed.*,
        case when products.sku_id is null and recomputed.sku_id is not null then 'unknown_sku' end as unknown_reference
    from recomputed
    left join products on recomputed.sku_id = products.sku_id

),

judged as (

    {{ judged_records('received', ['content_id']) }}

),

final as (

    select
        content_id,
        kind as content_kind,
        channel as content_channel,
        author_id,
        content_text,
        sku_id,
        approval_number,
        audience_tag,
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('sent_at') }} as sent_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        created_on
    from judged
    where {{ is_touched_day('created_on', ref('stg_content__touched_days')) }}

)

select * from final
