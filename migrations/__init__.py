"""The schema's history: every table, function, trigger, role and grant comes from here."""
