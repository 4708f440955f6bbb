"""Who is who, measured: millions of identifiers put together, and people found by name and address on public data."""
