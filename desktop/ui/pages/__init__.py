"""Pages: what the window shows between its rail and its top bar. Those that are lists are in the room of lists."""
