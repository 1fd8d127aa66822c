"""The application around the pages: window, tasks, messages, faults, and what keeps them together."""
