"""What can be wrong with a parcel: one fault, one name, the same for imports and for edits."""
