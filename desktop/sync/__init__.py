"""Bringing the books up to date: pull, inbox, schedule and lease."""
