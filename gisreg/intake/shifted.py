# ruff: noqa: E501 - wording stays in one piece

"""Whether a whole file lies where a web map would show it: seen in the parcels that the registry has already."""

from sqlalchemy import Connection, text

from gisreg.checks.offsets import recognised
from gisreg.intake.notes import WHOLE_FILE, Note, make_kinds
from gisreg.vocab import Severity

LOOKED_AT = 500
KINDS = make_kinds(
    (
        "gcj02_suspected", Severity.WARNED,
        ("与已入库宗地相比,整批偏移与 GCJ-02(高德、腾讯地图)一致", "against the registered parcels the whole file is shifted as GCJ-02 maps (Amap, Tencent) are"),
        ("坐标可能取自网络地图,请改用测绘坐标,不要用于法定边界", "the coordinates may come from a web map: use surveyed ones; these are no legal boundary"),
    ),
    (
        "bd09_suspected", Severity.WARNED,
        ("与已入库宗地相比,整批偏移与 BD-09(百度地图)一致", "against the registered parcels the whole file is shifted as BD-09 maps (Baidu) are"),
        ("坐标可能取自网络地图,请改用测绘坐标,不要用于法定边界", "the coordinates may come from a web map: use surveyed ones; these are no legal boundary"),
    ),
)  # fmt: skip
QUERY = """
    SELECT ST_X(there), ST_Y(there), ST_X(here), ST_Y(here)
    FROM (
        SELECT ST_Centroid(p.boundary) AS there, ST_Centroid(r.boundary) AS here
        FROM fate AS f JOIN {rows} AS r USING (row_no) JOIN parcel AS p ON p.id = f.parcel_id
        WHERE f.fate = 'changed' AND r.boundary IS NOT NULL AND p.boundary IS NOT NULL
        LIMIT :most
    ) AS moved
"""


def shift_notes(connection: Connection, rows: str) -> list[Note]:
    """A note about the file if its parcels moved as one, by the shift of a web map."""
    import numpy as np  # noqa: PLC0415 - heavy

    found = connection.execute(text(QUERY.format(rows=rows)), {"most": LOOKED_AT}).all()
    places = np.array([tuple(one) for one in found], float).reshape(-1, 4)
    fault = recognised(places[:, :2], places[:, 2:])
    return [KINDS[fault].about(WHOLE_FILE)] if fault else []
