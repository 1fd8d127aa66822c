"""What a person can do: the only place that changes anything."""
