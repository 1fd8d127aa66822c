"""Dialogs: sheets of the window that are opened, never waited for."""
