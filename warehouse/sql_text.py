"""Names and texts written into SQL where the database takes no parameters: views, attachments, comments."""

from __future__ import annotations


def quoted(name: str) -> str:
    """A name as SQL."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """A text as SQL."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
