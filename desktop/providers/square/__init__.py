"""Square: everything that knows its API."""
