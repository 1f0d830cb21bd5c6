"""Word of changes, carried to those who asked for it."""
