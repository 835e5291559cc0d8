"""What Lester keeps on disk: one DuckDB database and a folder of content-addressed files per project."""
