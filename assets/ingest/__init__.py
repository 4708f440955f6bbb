"""One engine behind every feed: landing files in, typed lake files, quarantine and receipts out.

:mod:`assets.ingest.engine` is the entry point without Dagster, :mod:`assets.ingest.asset` the one with it. The other
modules are its steps: reading (one module per format), casting, checking, tokenising, writing.
"""
