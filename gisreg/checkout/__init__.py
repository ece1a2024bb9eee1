"""Check-out and check-in: a part of the registry as a GeoPackage to be edited offline, and its return as a diff."""
