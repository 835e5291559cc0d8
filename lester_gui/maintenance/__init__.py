"""Carry out a case: plan it, apply it as one commit, replay it from nothing, purge what is old, ask the original script."""
