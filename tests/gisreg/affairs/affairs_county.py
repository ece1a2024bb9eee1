"""The county that the tests of rights, affairs and documents work on."""

COUNTY = "149901"
FILL = """
INSERT INTO county (code, name, invented, last_parcel_no) VALUES ('149901', '示例县', true, 300);
INSERT INTO parcel (county_code, parcel_code, kind, state, source_code, official_area_m2, official_area_source, area_m2,
    boundary)
SELECT '149901', '149901-' || lpad(n::text, 7, '0'), 'idle_land', 'registered', 'S' || n, 10000, 'deed', 10000,
    ST_Multi(ST_MakeEnvelope(113 + n * 0.002, 36, 113.001 + n * 0.002, 36.001, 4490))
FROM generate_series(1, 300) AS n;
"""


def code(number: int) -> str:
    """The number of the n-th parcel."""
    return f"{COUNTY}-{number:07}"
