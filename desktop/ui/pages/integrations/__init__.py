"""The page of the connected accounts."""
