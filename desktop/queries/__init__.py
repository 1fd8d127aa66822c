"""Every question asked of the books, as typed results: window, command and reports ask the same ones."""
