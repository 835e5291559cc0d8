"""One open project."""
