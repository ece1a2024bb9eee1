"""The one database: tables, sessions, migrations, and the translation of its errors."""
