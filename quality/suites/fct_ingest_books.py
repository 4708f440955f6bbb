"""Gate of the books: every received file is in them, and they add up."""

from quality.expectations import (
    as_of_day_present,
    between,
    complete,
    not_empty,
    nothing_wrong,
    unique_key,
    within_threshold,
)
from quality.suite import Suite

SUITE = Suite(
    "fct_ingest_books",
    (
        not_empty(),
        unique_key("arrived_on", "source_file", "file_id"),
        as_of_day_present("arrived_on"),
        complete("feed"),
        between("received_count", 0, None, reason="A count."),
        between("quarantined_count", 0, None, reason="A count."),
        nothing_wrong(
            "books_add_up",
            "Received records are the accepted, duplicate, quarantined and erased; duplicates are repeated or stale",
            """select 1 from {batch}
            where received_count <> accepted_count + duplicate_count + quarantined_count + erased_count
            or duplicate_count <> repeated_count + stale_count
            or least(accepted_count, repeated_count, stale_count, quarantined_count, erased_count) < 0""",
            reason="Nothing is lost and nothing counted twice, or this does not add up.",
        ),
        nothing_wrong(
            "no_file_pending",
            "Every received file is in the books",
            """select receipts.source_file from stg_ingest__file_receipts as receipts
            left join {batch} as books
                on receipts.source_file = books.source_file and receipts.file_id = books.file_id
            where books.source_file is null""",
            reason="A file that arrived and is not in the books is not (surely) in the marts either: run dbt again.",
        ),
        nothing_wrong(
            "received_as_receipts_say",
            "The books show as many received records as the receipts",
            """with books as (select feed, sum(received_count) as record_count from {batch} group by feed),
            receipts as (select feed, sum(received_count) as record_count from stg_ingest__file_receipts group by feed)
            select feed from books full join receipts using (feed)
            where books.record_count is distinct from receipts.record_count""",
            reason="Ingest counted the records as it read them; the books count what became of them.",
        ),
        nothing_wrong(
            "no_feed_fell_silent",
            "Every feed with files on each of the seven days before has some on the as-of day",
            """select feed from {batch} where arrived_on between {as_of} - 7 and {as_of} group by feed
            having count(distinct arrived_on) filter (where arrived_on < {as_of}) = 7
                and count(*) filter (where arrived_on = {as_of}) = 0""",
            severity="warn",
            reason="A source that stopped sending looks like a day on which nothing happened.",
        ),
        within_threshold(
            "quarantined_share",
            "The share of quarantined records on the as-of day is not above what people can work off",
            """select 1 from {batch} where arrived_on = {as_of}
            having sum(quarantined_count) > {threshold} * sum(received_count)""",
        ),
        within_threshold(
            "quarantined_share_too_high",
            "The share of quarantined records on the as-of day leaves figures that can be believed",
            """select 1 from {batch} where arrived_on = {as_of}
            having sum(quarantined_count) > {threshold} * sum(received_count)""",
            severity="fail",
        ),
        within_threshold(
            "unreadable_files",
            "No more files than usual were unreadable on the as-of day",
            """select 1 from {batch} where arrived_on = {as_of}
            having count(*) filter (where is_unreadable) > {threshold}""",
        ),
    ),
)
