"""The runs table: its columns, its data files and its first rows."""
