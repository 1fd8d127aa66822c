"""Sealing and keys: the only room that sees secrets."""
