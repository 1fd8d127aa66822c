"""Questions of the lists: which rows in which order, rows by id, counts and sums, one row opened, rows as JSON."""
