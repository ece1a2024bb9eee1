"""Imports looked back on: their list, the files they came from, and taking one back."""
