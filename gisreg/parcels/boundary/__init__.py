"""Boundary work: one module a family of use cases; geometry in metres, in the zone of the parcel's own survey."""
