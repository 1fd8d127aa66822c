"""Stripe: everything that knows its API."""
