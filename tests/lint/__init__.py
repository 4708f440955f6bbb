"""Checks of our own over the source text; each is run by ``make check``."""
