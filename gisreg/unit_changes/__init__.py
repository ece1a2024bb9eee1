"""Townships and villages merge, split and are renamed from a day: parcels follow, earlier lists show the old units.

Old units are not overwritten: their row ends on the day and a new one begins. The cross-walk keeps which became which.
"""
