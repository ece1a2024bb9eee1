"""The demonstration county: invented, the same for the same seed, with what makes a real county's ledgers hard."""
