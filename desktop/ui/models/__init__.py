"""Models of rows that views show: no widget and no database here."""
