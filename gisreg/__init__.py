"""The registry of land and buildings that earn nothing, and of what should become of each."""
