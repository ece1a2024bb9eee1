"""Map pages made with Folium: they open from disk, with no internet, and get rows, never a session."""
