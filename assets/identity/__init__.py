"""Who is who: persons out of the identifiers that feeds know them by.

Belongs here: what links identifiers, what keeps them apart, and how persons are named. Does not belong here: how an
identifier becomes a token (ingest), or anything else that is known about a person (dbt, ``int_people__*``).
"""
