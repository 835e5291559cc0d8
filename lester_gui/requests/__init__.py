"""Requests of data subjects: cases with a deadline, a second person's approval, and evidence an outsider can check."""
