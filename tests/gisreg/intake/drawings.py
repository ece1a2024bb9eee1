# ruff: noqa: E501 - groups of an entity stay in one piece

"""Drawings (ASCII DXF) written on the spot."""

from pathlib import Path

Spots = list[tuple[float, float]]


def entity(kind: str, layer: str, *pairs: tuple[int, object]) -> str:
    """An entity's groups."""
    return "".join(f"{code}\n{value}\n" for code, value in ((0, kind), (8, layer), *pairs))


def light(layer: str, spots: Spots, closed: int = 1) -> str:
    """A polyline of AutoCAD 2000 and later."""
    pairs = [pair for x, y in spots for pair in ((10, x), (20, y))]
    return entity(
        "LWPOLYLINE", layer, (100, "AcDbEntity"), (100, "AcDbPolyline"), (90, len(spots)), (70, closed), *pairs
    )


def heavy(layer: str, spots: Spots, closed: int = 1) -> str:
    """A polyline as older programs and CASS write it."""
    corners = "".join(entity("VERTEX", layer, (10, x), (20, y), (30, 0)) for x, y in spots)
    return (
        entity("POLYLINE", layer, (66, 1), (70, closed), (10, 0), (20, 0), (30, 0)) + corners + entity("SEQEND", layer)
    )


def hatch(layer: str, spots: Spots) -> str:
    """A filled area."""
    pairs = [pair for x, y in spots for pair in ((10, x), (20, y))]
    head = [
        (100, "AcDbEntity"),
        (100, "AcDbHatch"),
        (10, 0),
        (20, 0),
        (30, 0),
        (210, 0),
        (220, 0),
        (230, 1),
        (2, "SOLID"),
        (70, 1),
    ]
    return entity(
        "HATCH",
        layer,
        *head,
        (71, 0),
        (91, 1),
        (92, 2),
        (72, 0),
        (73, 1),
        (93, len(spots)),
        *pairs,
        (97, 0),
        (75, 0),
        (76, 1),
        (98, 0),
    )


def words(layer: str, x: float, y: float, text: str, kind: str = "TEXT") -> str:
    """A text."""
    return entity(kind, layer, (10, x), (20, y), (30, 0), (40, 2), (1, text))


def square(x: float, y: float, side: float) -> Spots:
    """Its corners."""
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def draw(path: Path, *entities: str, page: str = "ANSI_936", encoding: str = "gbk") -> Path:
    """Write the drawing."""
    head = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\n{page}\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n"
    path.write_bytes((head + "".join(entities) + "0\nENDSEC\n0\nEOF\n").encode(encoding))
    return path
