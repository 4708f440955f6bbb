"""What is produced outside SQL: feeds and their ingest, models SQL cannot say well, the dbt assets, publication."""
