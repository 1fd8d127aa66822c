"""A pretend Square on loopback: one seller with a shop, a market stall and a year of sales behind it."""
