"""The windows: pages, widgets, models, dialogs, theme and workers. The only room that imports Qt."""
