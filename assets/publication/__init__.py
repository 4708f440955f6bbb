"""From checked marts to a snapshot that readers open: graded, sorted, described, switched in one step."""
