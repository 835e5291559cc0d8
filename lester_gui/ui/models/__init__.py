"""Qt models: short lists that are held, and views of millions of rows that are paged."""
