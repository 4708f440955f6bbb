"""Erasing a person: what is about nobody else goes, what carries totals loses its tokens, and a signed proof stays."""
