"""A year's portfolio: which parcels to close, with which permitted measure, in which quarter."""
