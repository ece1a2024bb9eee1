"""Files become parcels: sources, encodings, column mapping, parallel load, report."""
