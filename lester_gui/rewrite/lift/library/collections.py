"""Lists, dicts and sets."""
