"""What must hold before a reader may see it: one suite per table, their adapter to Dagster, Data Docs.

Belongs here: the boundary to the reader (volumes, distributions, freshness, cross-table sums). Facts inside the
warehouse (contracts, keys, relationships) are dbt's; the row at the door is dataframely's.
"""
