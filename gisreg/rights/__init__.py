"""Parties, rights with share and term, encumbrances, contracts, and the title that follows from them."""
