"""What a case holds is data: pytest must not look for tests inside."""

collect_ignore_glob = ["*/store/*", "*/site/*"]
