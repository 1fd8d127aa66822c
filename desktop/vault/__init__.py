"""Sealing, keys and redaction: the only room that sees secrets."""
