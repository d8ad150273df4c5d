"""Where runs live: folders of journals and Parquet tables. Knows nothing of reports."""
