"""OGC API – Features: the registry's collections for QGIS, GDAL and every other program that speaks the standard."""
