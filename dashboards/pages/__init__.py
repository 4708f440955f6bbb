"""Pages, one module each with a ``PAGE``; adding a page is adding a file."""
