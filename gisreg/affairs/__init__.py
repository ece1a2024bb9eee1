"""Approvals, projects, enterprises and zones, each counted by itself, and the asset cards of state units."""
