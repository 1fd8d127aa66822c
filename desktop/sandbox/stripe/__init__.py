"""A pretend Stripe: its objects, its ledger, its wire format, its OAuth pages and a year in a studio's life."""
