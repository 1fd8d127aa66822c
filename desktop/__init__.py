"""Paydesk: a small business's money, whichever provider it came through, in one set of local books."""

__version__ = "0.1.0"
