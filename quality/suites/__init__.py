"""One module per gated table, named like the table, with one constant ``SUITE``; adding a file adds a gate."""
