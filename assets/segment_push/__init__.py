"""Segments on their way out: what changed since the day before as a file, and as tags in WeCom."""
