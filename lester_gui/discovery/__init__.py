"""What a folder holds: scripts, notebooks, sources, written files and likely subject keys. Nothing is ever executed."""
