with sent_pieces as (

    select * from {{ ref('int_compliance__content_pieces') }}
    where is_sent

),

per_day as (

    select
        sent_on,
        count(*) filter (where is_prechecked) as prechecked_count,
        count(*) as sent_count
    from sent_pieces
    group by sent_on

),

final as (

    select
        cast('content_precheck_rate' as string) as kpi_code,
        cast(sent_on as date) as business_date,
        cast('chain' as string) as grain,
        cast('all' as string) as area,
        cast('all' as string) as store_id,
        cast('all' as string) as channel,
        cast(prechecked_count as double) as numerator,
        cast(sent_count as double) as denominator,
        cast(null as double) as numerator_squares,
        cast(sent_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from per_day

)

select * from final
