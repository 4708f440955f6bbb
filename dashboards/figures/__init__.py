"""Charts as pure functions: figures in, a figure out; no SQL, no files."""
