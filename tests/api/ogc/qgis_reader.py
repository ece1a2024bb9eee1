"""QGIS without a window, as OGC API – Features client: run by the system's Python. Prints what it reads as JSON.

Arguments: the landing page, the layer, the size of a page, and a box (west south east north) or nothing.
"""

import json
import sys

from qgis.core import QgsApplication, QgsFeature, QgsFeatureRequest, QgsRectangle, QgsVectorLayer


def _corners(feature: QgsFeature) -> list[float]:
    box = feature.geometry().boundingBox()
    return [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]


def _number(value: object) -> float | None:
    """QGIS has a NULL of its own."""
    return value if isinstance(value, float) else None


def main() -> None:
    """Open, page through, tell."""
    address, name, size, *box = sys.argv[1:]
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    source = f"url='{address}' typename='{name}' pagingEnabled='true' pageSize='{size}' restrictToRequestBBOX='1'"
    layer = QgsVectorLayer(source, name, "OAPIF")
    told = {"valid": layer.isValid()}
    if layer.isValid():
        request = QgsFeatureRequest()
        if box:
            request.setFilterRect(QgsRectangle(*map(float, box)))
        found = sorted(layer.getFeatures(request), key=lambda feature: feature["parcel_code"])
        told |= {
            "crs": layer.crs().authid(),
            "type": layer.geometryType(),
            "rows": len(found),
            "fields": layer.fields().names(),
            "codes": [feature["parcel_code"] for feature in found],
            "area_m2": [_number(feature["area_m2"]) for feature in found],
            "kind": [feature["kind"] for feature in found],
            "bounds": [_corners(feature) for feature in found],
        }
    print(json.dumps(told, default=str))
    del layer
    application.exitQgis()


main()
