with versions as (

    select * from {{ ref('stg_content__versions') }}

),

final as (

    select
        content_id,
        content_kind,
        content_channel,
        author_id,
        content_text,
        sku_id,
        approval_number,
        audience_tag,
        created_at,
        sent_at,
        updated_at,
        created_on
    from versions
    where is_current

)

select * from final
