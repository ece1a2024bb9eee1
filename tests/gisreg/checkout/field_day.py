"""A day's work in QGIS, without a window: run by the system's Python, which has QGIS, on a file that was checked out.

Prints what QGIS sees of the file as JSON; then edits an attribute, moves a vertex, draws a parcel and deletes one.
"""

import json
import sys

from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer


def seen(layer: QgsVectorLayer) -> dict:
    """What an officer finds on opening the file."""
    form = layer.editFormConfig()
    names = [field.name() for field in layer.fields()]
    widgets = {name: layer.editorWidgetSetup(place) for place, name in enumerate(names)}
    sublayers = [one.split(layer.dataProvider().sublayerSeparator())[1] for one in layer.dataProvider().subLayers()]
    renderer = layer.renderer()
    categories = renderer.categories()
    first = next(layer.getFeatures())
    return {
        "crs": layer.crs().authid(),
        "rows": layer.featureCount(),
        "sublayers": sublayers,
        "renderer": renderer.type(),
        "attribute": renderer.classAttribute(),
        "categories": {one.value() or "": one.label() for one in categories},
        "colour": categories[0].symbol().color().name(),
        "labels": layer.labelsEnabled() and layer.labeling().settings().fieldName,
        "widgets": {name: one.type() for name, one in widgets.items()},
        "maps": {name: one.config().get("map") for name, one in widgets.items() if one.type() == "ValueMap"},
        "calendar": widgets["contract_on"].config(),
        "aliases": {name: layer.attributeAlias(place) for place, name in enumerate(names)},
        "read_only": [name for place, name in enumerate(names) if form.readOnly(place)],
        "tabs": {tab.name(): [one.name() for one in tab.children()] for tab in form.tabs()},
        "default_kind": layer.defaultValueDefinition(names.index("kind")).expression(),
        "shown": shown(layer, first),
        "styles": list(layer.listStylesInDatabase()[2]),
    }


def shown(layer: QgsVectorLayer, feature: QgsFeature) -> dict:
    """Values as the attribute table writes them."""
    found = {}
    for name in ("kind", "township_code", "state"):
        place = layer.fields().indexOf(name)
        setup = layer.editorWidgetSetup(place)
        formatter = QgsApplication.fieldFormatterRegistry().fieldFormatter(setup.type())
        found[name] = formatter.representValue(layer, place, setup.config(), None, feature[name])
    return found


def work(layer: QgsVectorLayer) -> None:
    """The edits of the day, saved as the editing toolbar saves them."""
    by_code = {feature["parcel_code"]: feature for feature in layer.getFeatures()}
    assert layer.startEditing()
    first, second, third = (by_code[f"149901-000000{n}"] for n in (1, 2, 3))
    place = layer.fields().indexOf
    assert layer.changeAttributeValue(first.id(), place("remark"), "已到现场")
    assert layer.changeAttributeValue(first.id(), place("seized"), "1")  # a form hands over the text of the list
    assert layer.changeAttributeValue(first.id(), place("vacated_on"), "2025-03-01")
    # the outer corner in the north-east of the second moves 3 m to the east
    corner = second.geometry().closestVertex(QgsPointXY(410_200, 4_010_100))
    assert layer.moveVertex(410_203, 4_010_100, second.id(), corner[1])
    drawn = QgsFeature(layer.fields())
    drawn["kind"], drawn["name"], drawn["seized"] = "idle_factory", "外业新绘", "0"
    drawn.setGeometry(
        QgsGeometry.fromWkt("MULTIPOLYGON(((410400 4010000,410450 4010000,410450 4010040,410400 4010000)))")
    )
    assert layer.addFeature(drawn)
    assert layer.deleteFeature(third.id())
    assert layer.commitChanges(), layer.commitErrors()


def main(file: str) -> None:
    """Look, then work."""
    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsVectorLayer(f"{file}|layername=parcels", "parcels", "ogr")
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    sys.stdout.write(json.dumps(seen(layer), ensure_ascii=False, default=str))
    work(layer)
    QgsProject.instance().clear()
    application.exitQgis()


main(sys.argv[1])
