"""Lists: the table and its model, the page around them, and each list of the window."""
