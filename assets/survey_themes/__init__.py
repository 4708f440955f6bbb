"""Open answers of surveys, read for their themes."""
