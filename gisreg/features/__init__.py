"""The registry as collections of features for other programs: what they are, and pages of them made by PostGIS."""
