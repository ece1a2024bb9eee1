"""Vector tiles: their grids, the slim copy of the registry that they are made of, and how they are made."""
