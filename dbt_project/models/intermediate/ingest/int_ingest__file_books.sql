{{ config(materialized='table') }}

with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

file_counts as (

    select * from {{ ref('int_ingest__file_counts') }}

),

erased_records as (

    select * from {{ ref('stg_ingest__erased_records') }}

),

-- A file whose content came in under another name on the same day has no rows of its own in the lake: every valid
-- record in it is a repeat.
final as (

    select
        receipts.feed,
        receipts.source_file,
        receipts.file_id,
        receipts.received_count,
        coalesce(file_counts.accepted_count, 0) as accepted_count,
        case
            when receipts.is_repeated_file then receipts.valid_count
            else coalesce(file_counts.repeated_count, 0)
        end as repeated_count,
        coalesce(file_counts.stale_count, 0) as stale_count,
        receipts.quarantined_count
        - coalesce(erased_records.erased_quarantined_count, 0)
        + coalesce(file_counts.orphan_count, 0) as quarantined_count,
        coalesce(erased_records.erased_valid_count, 0)
        + coalesce(erased_records.erased_quarantined_count, 0) as erased_count,
        receipts.is_unreadable,
        receipts.is_repeated_file,
        receipts.arrived_on
    from receipts
    left join file_counts
        on
            receipts.feed = file_counts.feed
            and receipts.source_file = file_counts.source_file
            and receipts.file_id = file_counts.file_id
    left join erased_records
        on
            receipts.source_file = erased_records.source_file
            and receipts.file_id = erased_records.file_id
            and receipts.arrived_on = erased_records.arrived_on

)

select * from final
