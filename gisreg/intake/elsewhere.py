# ruff: noqa: E501 - wording stays in one piece

"""Numbers that come back with land of their own: FID_0 of one survey is not FID_0 of the next.

The number of the file is the key, so the new boundary takes the place of the old one; where the two have nothing in common,
the report says so.
"""

from sqlalchemy import Connection, text

from gisreg.intake.notes import Note, make_kinds
from gisreg.vocab import Severity

KINDS = make_kinds(
    (
        "boundary_elsewhere", Severity.WARNED,
        ("新边界与同编号的已入库宗地 {code} 不相连,相距 {metres} 米", "the new boundary lies {metres} m away from that of {code}, registered under the same number"),
        ("若是另一宗地,请改用不重复的编号;已导入的用 gisreg batches undo 撤销", "if it is another parcel give it a number of its own; an import is taken back with gisreg batches undo"),
    ),
)  # fmt: skip
QUERY = """
    SELECT
        r.row_no, r.source_code, p.parcel_code, round(ST_Distance(p.boundary::geography, r.boundary::geography)) AS metres,
        concat_ws(' ', round(ST_X(c)::numeric, 7), round(ST_Y(c)::numeric, 7)) AS place
    FROM fate AS f
    JOIN {rows} AS r USING (row_no)
    JOIN parcel AS p ON p.id = f.parcel_id
    CROSS JOIN LATERAL ST_Centroid(ST_Envelope(r.boundary)) AS c
    WHERE f.fate = 'changed' AND NOT r.boundary && p.boundary
    ORDER BY r.row_no
"""


def elsewhere_notes(connection: Connection, rows: str) -> list[Note]:
    """A note about each row that moves its parcel to other ground."""
    found = connection.execute(text(QUERY.format(rows=rows)))
    return [
        KINDS["boundary_elsewhere"].about(
            one.row_no,
            one.source_code,
            place=one.place,
            words={"code": one.parcel_code, "metres": f"{one.metres:,.0f}"},
        )
        for one in found
    ]
