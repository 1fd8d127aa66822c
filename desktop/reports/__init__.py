"""What is made of the results of queries: the dashboard, and what each of its figures opens."""
