"""How everything looks: roles of colours, the style sheet, icons, and the theme that dresses the application."""
