"""The command line: the one place that puts settings, database, maps and web server together."""
