import pytest
from pyproj import CRS, Transformer

from gisreg import geometry as g


@pytest.mark.parametrize(
    ("lon", "number"), [(112.49999, 37), (112.5, 38), (113.2, 38), (75.0, 25), (135.0, 45), (109.98, 37)]
)
def test_the_limit_of_a_zone_belongs_to_the_eastern_one(lon, number):
    assert g.zone_for(lon).number == number


def test_numbers_of_all_zones_are_those_of_the_epsg_register():
    zones = list(g.zones())
    assert {z.srid for z in zones} == set(range(4513, 4555)) | set(range(4491, 4513))
    for zone in zones:
        crs = CRS.from_epsg(zone.srid)
        values = {p.name: p.value for p in crs.coordinate_operation.params}
        assert values["Longitude of natural origin"] == zone.central_meridian
        assert values["False easting"] == zone.false_easting
        assert g.zone_of(zone.srid) == zone


def test_a_known_point_has_the_surveyors_coordinates():
    east, north = Transformer.from_crs(4490, g.zone_for(113.2, prefixed=True).srid, always_xy=True).transform(
        113.2, 36.1
    )
    assert (round(north, 4), round(east, 4)) == (3996935.0033, 38427959.5020)


def test_supported_and_chinese_systems():
    assert all(map(g.is_supported_crs, (4490, 4326, 3857, 4526, 4547, 4491, 4512, 4554)))
    assert not any(map(g.is_supported_crs, (27700, 2326, 4214)))
    assert g.is_chinese_crs(4490)
    assert not g.is_chinese_crs(4326)


def test_longitudes_outside_china_have_no_zone():
    with pytest.raises(g.NoZoneError):
        g.zone_for(2.35)


def test_areas_in_the_units_people_use():
    assert g.m2_to_mu(28000) == pytest.approx(42.0)
    assert g.m2_to_ha(28000) == pytest.approx(2.8)
    assert g.m2_to_mu(g.ha_to_m2(1)) == pytest.approx(15)
    assert g.m2_to_wan_mu(g.mu_to_m2(10_000)) == pytest.approx(1)
    assert g.m2_to_mu(g.ha_to_m2(491.73)) == pytest.approx(7375.95)
