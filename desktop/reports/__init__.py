"""Questions asked of the books, as typed results."""
