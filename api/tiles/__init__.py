"""Tiles over HTTP: fresh, from a cache that is keyed by the data and by who reads, and answered ahead of all else."""
