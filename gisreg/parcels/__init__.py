"""Parcels: the read model, what can be asked of it, and the answers."""
