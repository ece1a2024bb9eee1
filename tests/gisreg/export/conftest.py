"""A small county that holds what exports stumble over."""

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction

LONG = "该宗地历史沿革:" + "示例经济开发区管理委员会会议纪要载明有关情况 (see minutes) " * 12
ZONE = 4547

PARCELS = text(
    """
    INSERT INTO parcel (
        county_code, parcel_code, kind, subkind, state, name, address, remark, tags, source_code, cadastral_code,
        township_code, holder_name, holder_class, ownership_status, land_use_scheme, land_use_code, official_area_m2,
        official_area_source, area_m2, planar_area_m2, approved_on, contract_on, price_wan, yearly_income_wan,
        income_years, supply_ready, seized, mortgaged, survey_crs, survey_boundary, boundary
    )
    SELECT '149901', '149901-000000' || n, kind, subkind, 'registered', name, address, remark, tags, source, cadastral,
        '149901100', holder, class, 'registered', 'gb21010_2017', '0601', official,
        CASE WHEN official IS NOT NULL THEN 'contract' END,
        ST_Area(ST_Transform(shape, 4490)::geography), ST_Area(shape), approved, contract, price, income, years,
        ready, false, NULL, 'EPSG:4547', shape, ST_Multi(ST_Transform(shape, 4490))
    FROM (VALUES
        (1, 'idle_land', NULL, '示例一号地', '示例路1号', NULL, ARRAY['老旧校区', '园区'], '000123',
         '149901001002GB00015', '示例投资有限公司', 'state_enterprise', 28000.5, date '2019-02-28', date '2020-02-29',
         1234.56, -12.5, 3, true, ST_GeomFromText(
            'POLYGON((427900 3998150, 428100 3998150, 428100 3998000, 427900 3998000, 427900 3998150),
                     (427950 3998090, 428000 3998090, 428000 3998050, 427950 3998050, 427950 3998090))', 4547)),
        (2, 'half_finished_project', 'halted_works', '示例二号', '', :long, NULL, 'B-2', NULL, '某某', 'private',
         NULL, NULL, NULL, 0.000001, NULL, NULL, false, ST_GeomFromText(
            'MULTIPOLYGON(((428200.1234567 3997900.7654321, 428300 3997900, 428300 3997834,
                            428200.1234567 3997900.7654321)),
                          ((428400 3997900, 428500 3997900, 428500 3997800, 428400 3997800, 428400 3997900)))', 4547)),
        (3, 'unsupplied_land', NULL, '没有界址的宗地', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         9123456789.123, date '1999-12-31', NULL, 98765432.1, NULL, 0, NULL, NULL)
    ) AS given(n, kind, subkind, name, address, remark, tags, source, cadastral, holder, class, official, approved,
               contract, price, income, years, ready, shape)
    """
)


@pytest.fixture
def county(engine: Engine) -> Engine:
    """Three parcels: one with a hole, one of two parts with a long remark and a private holder, one unmapped."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO admin_unit (county_code, level, code, name, name_en)"
                " VALUES ('149901', 'township', '149901100', '示例镇', 'Example Town')"
            )
        )
        connection.execute(PARCELS, {"long": LONG})
    return engine


def rename(engine: Engine, code: str, name: str) -> None:
    """Give a parcel another name."""
    with transaction(engine, Actor("li")) as connection:
        connection.execute(
            text("UPDATE parcel SET name = :name WHERE parcel_code = :code"), {"name": name, "code": code}
        )
