"""The project on a real Spark cluster, compared with the project on DuckDB (``make test-spark``)."""
