"""Sheets that ask something before anything is done."""
