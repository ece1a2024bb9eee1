"""The two addresses that the same collections are served at.

At ``/ogc`` everything of the standards holds: an edit names the version it is based on by ``If-Match``. QGIS knows no
``If-Match``: at ``/qgis`` the version that stands among a feature's properties counts, versions that the same person
has written since do not stand in the way, and a feature is struck off as it is. There PATCH, which brings no version,
is not taken, so that QGIS sends whole features.
"""

OGC, QGIS = "/ogc", "/qgis"
