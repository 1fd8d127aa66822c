"""Paydesk: a small business's money through Stripe and Square, in one set of local books."""

__version__ = "0.1.0"
