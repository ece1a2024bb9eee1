"""The layer's look in QGIS and QField as QML: colours by label, lists to choose from, calendars, read-only fields."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as Xml

from gisreg.checkout.layer import CODE, FID, KIND, LayerColumn, Words
from gisreg.vocab import Label

FILL: dict[str, str] = {
    Label.USE: "37,109,176",
    Label.SELL: "220,127,10",
    Label.LEASE: "16,144,110",
    Label.FINANCE: "105,36,99",
}
"""The colours of the map pages."""
NO_LABEL_FILL, LINE = "170,179,191", "35,35,35,255"
ALPHA = 140
NULL_VALUE = "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"
"""What QGIS takes for NULL in a list to choose from."""
UNKNOWN_TITLE, NO_LABEL_TITLE = "(不明)", "未定或新绘"
BASICS, AREAS, DATES, MONEY, FACTS, SHOWN_TAB = "基本情况", "面积", "日期", "资金", "是否(空为不明)", "只读"
TABS = (BASICS, AREAS, DATES, MONEY, FACTS, SHOWN_TAB)


def qml(columns: Sequence[LayerColumn], choices: Mapping[str, Words], kind: str | None) -> str:
    """The style of the layer; ``kind`` is what a new parcel is unless said."""
    root = Xml.Element("qgis", version="3.22.0", styleCategories="AllStyleCategories", labelsEnabled="1")
    _renderer(root)
    _labels(root)
    _widgets(root, columns, choices)
    _fields(root, columns, kind)
    _form(root, columns)
    Xml.SubElement(root, "previewExpression").text = f'coalesce("name", "{CODE}", \'新绘\')'
    Xml.SubElement(root, "layerGeometryType").text = "2"
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + Xml.tostring(root, "unicode")


def _renderer(root: Xml.Element) -> None:
    renderer = Xml.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr="label", symbollevels="0", enableorderby="0"
    )
    categories, symbols = Xml.SubElement(renderer, "categories"), Xml.SubElement(renderer, "symbols")
    named = [*((label.value, label.zh, FILL[label]) for label in Label), ("", NO_LABEL_TITLE, NO_LABEL_FILL)]
    for place, (value, title, colour) in enumerate(named):
        Xml.SubElement(categories, "category", symbol=str(place), value=value, label=title, render="true")
        symbol = Xml.SubElement(symbols, "symbol", name=str(place), type="fill", alpha="1", clip_to_extent="1")
        layer = Xml.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
        _options(
            layer, color=f"{colour},{ALPHA}", outline_color=LINE, style="solid", outline_style="solid",
            outline_width="0.3", outline_width_unit="MM", joinstyle="miter",
        )  # fmt: skip


def _labels(root: Xml.Element) -> None:
    settings = Xml.SubElement(Xml.SubElement(root, "labeling", type="simple"), "settings", calloutType="simple")
    style = Xml.SubElement(
        settings, "text-style", fieldName=f'coalesce("name", "{CODE}")', isExpression="1", fontSize="8",
        fontSizeUnit="Point", textColor="20,20,20,255", textOpacity="1", fontFamily="Noto Sans CJK SC",
    )  # fmt: skip
    Xml.SubElement(style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
                   bufferColor="255,255,255,255", bufferOpacity="1")  # fmt: skip
    Xml.SubElement(settings, "placement", placement="1", priority="5", centroidInside="1", fitInPolygonOnly="0")
    # far out the names would cover the parcels
    Xml.SubElement(settings, "rendering", drawLabels="1", scaleVisibility="1", scaleMin="0", scaleMax="25000",
                   obstacle="1", displayAll="0")  # fmt: skip


def _widgets(root: Xml.Element, columns: Sequence[LayerColumn], choices: Mapping[str, Words]) -> None:
    configured = Xml.SubElement(root, "fieldConfiguration")
    for name, kind, config in [(FID, "Hidden", None), *((c.name, *_widget(c, choices)) for c in columns)]:
        field = Xml.SubElement(configured, "field", name=name, configurationFlags="None")
        place = Xml.SubElement(Xml.SubElement(field, "editWidget", type=kind), "config")
        if config is not None:
            place.append(config)


def _widget(column: LayerColumn, choices: Mapping[str, Words]) -> tuple[str, Xml.Element | None]:
    if column.role == "hidden":
        return "Hidden", None
    if column.name in choices:
        return "ValueMap", _value_map(choices[column.name], required=column.name == KIND)
    if column.field.type == "date":
        settings = {"allow_null": "true", "calendar_popup": "true"}
        formats = {"display_format": "yyyy-MM-dd", "field_format": "yyyy-MM-dd"}
        return "DateTime", _map([*_typed(settings, "bool"), *_typed(formats, "QString")])
    return "TextEdit", _map(_typed({"IsMultiline": "true" if column.name == "remark" else "false"}, "bool"))


def _value_map(words: Words, *, required: bool) -> Xml.Element:
    listed = Xml.Element("Option", name="map", type="List")
    shown = words if required else [(UNKNOWN_TITLE, NULL_VALUE), *words]
    for title, value in shown:
        listed.append(_map(_typed({title: value}, "QString")))
    return _map([listed])


def _fields(root: Xml.Element, columns: Sequence[LayerColumn], kind: str | None) -> None:
    aliases, defaults = Xml.SubElement(root, "aliases"), Xml.SubElement(root, "defaults")
    constraints, editable = Xml.SubElement(root, "constraints"), Xml.SubElement(root, "editable")
    Xml.SubElement(editable, "field", name=FID, editable="0")
    for index, column in enumerate(columns, start=1):
        Xml.SubElement(aliases, "alias", index=str(index), field=column.name, name=column.field.caption.zh)
        Xml.SubElement(editable, "field", name=column.name, editable="1" if column.role == "edited" else "0")
        if column.name == KIND:
            default = f"'{kind}'" if kind else ""
            Xml.SubElement(defaults, "default", field=KIND, expression=default, applyOnUpdate="0")
            Xml.SubElement(constraints, "constraint", field=KIND, constraints="1", notnull_strength="1",
                           unique_strength="0", exp_strength="0")  # fmt: skip


def _form(root: Xml.Element, columns: Sequence[LayerColumn]) -> None:
    """A tab for each subject: ninety fields in one list are of no use on a telephone."""
    Xml.SubElement(root, "editorlayout").text = "tablayout"
    form = Xml.SubElement(root, "attributeEditorForm")
    for tab in TABS:
        box = Xml.SubElement(
            form, "attributeEditorContainer", name=tab, groupBox="0", columnCount="1", showLabel="1",
            visibilityExpressionEnabled="0", visibilityExpression="",
        )  # fmt: skip
        for index, column in enumerate(columns, start=1):
            if column.role != "hidden" and _tab(column) == tab:
                Xml.SubElement(box, "attributeEditorField", index=str(index), name=column.name, showLabel="1")


def _tab(column: LayerColumn) -> str:
    if column.role == "shown":
        return SHOWN_TAB
    field = column.field
    by_unit = {"m²": AREAS, "万元": MONEY, "万元/年": MONEY}
    by_type = {"date": DATES, "boolean": FACTS}
    return by_unit.get(field.unit or "") or by_type.get(field.type, BASICS)


def _options(parent: Xml.Element, **values: str) -> None:
    parent.append(_map(_typed(values, "QString")))


def _map(options: Sequence[Xml.Element]) -> Xml.Element:
    found = Xml.Element("Option", type="Map")
    found.extend(options)
    return found


def _typed(values: Mapping[str, str], kind: str) -> list[Xml.Element]:
    return list(_each(values, kind))


def _each(values: Mapping[str, str], kind: str) -> Iterator[Xml.Element]:
    for name, value in values.items():
        yield Xml.Element("Option", name=name, value=value, type=kind)
