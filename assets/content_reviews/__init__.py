"""Advertising and health content, read for what it may not say."""
