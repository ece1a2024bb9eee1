# ruff: noqa: E501 - wording and SQL stay in one piece

"""Every polygon set under ../shared/data through the import: what was read, refused, and how long it took.

    python tests/real_data/table.py DATABASE_URL

prints the table; the tests use the same list. Each set gets a county of its own whose extent holds it.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from gisreg.db.engine import make_engine
from gisreg.errors import GisregError
from gisreg.intake.load import Wanted, import_parcels
from gisreg.intake.report import Report
from gisreg.settings import PROJECT_DIR, Settings

DATA = PROJECT_DIR.parent / "shared" / "data"


@dataclass(frozen=True)
class Case:
    """One layer and how it must be read."""

    path: str
    read: int
    options: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    """The code of the failure where the whole file is refused."""

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.path} {self.options.get('layer', '')}".strip()


def _census() -> Iterator[Case]:
    """Sixteen layers, each with rows that have no geometry."""
    rows = {
        "ced": 2, "gccsa": 3, "lga": 3, "poa": 5, "ra": 4, "sa1": 22, "sa2": 6, "sa3": 6, "sa4": 3, "sed": 3, "sos": 5, "sosr": 6,
        "ssc": 7, "ste": 1, "sua": 1, "ucl": 8,
    }  # fmt: skip
    for short, count in rows.items():
        yield Case(
            "gpkg_multilayer/census2016_sdhca_ot_short.gpkg", count, {"layer": f"census2016_sdhca_ot_{short}_short"}
        )


AMAP = [
    "150600",
    "150602",
    "150603",
    "150621",
    "150622",
    "150623",
    "150624",
    "150625",
    "150626",
    "150627",
    "430400",
    "430405",
    "430406",
    "430407",
    "430408",
    "430412",
    "430421",
    "430422",
    "430423",
    "430424",
    "430426",
    "430481",
    "430482",
]
"""Two cities and their counties, a bare geometry each."""

SURVEYS = {
    "44120000105": 8.7423, "44120000120": 2.6708, "44120000669_44120001725_44120002171": 0.0433, "44120000957": 0.7749,
    "44120000957_variant": None, "plot_000": None,
}  # fmt: skip
"""Survey texts and the hectares that they state."""

CASES = (
    *(Case(f"cn_survey_txt/{name}.txt", 1) for name in SURVEYS),
    Case("cn_survey_txt/SOURCE.txt", 0, error="not_geodata"),
    Case("uk_planning/brownfield_register.xlsm", 0, error="needs_conversion"),
    Case("raster", 0, error="needs_conversion"),
    Case("cn_counties_1999_gbk/BOUNT_poly.shp", 3407, error="crs_missing"),
    Case("cn_counties_1999_gbk/BOUNT_poly.shp", 3407, {"crs": "EPSG:4490"}),
    *(Case(f"cn_counties_amap/{code}.geojson", 1) for code in AMAP),
    Case("tw_townships/towns-10t.json", 368, {"layer": "towns", "crs": "EPSG:4490"}),
    Case("tw_townships/counties-10t.json", 22, {"layer": "counties", "crs": "EPSG:4490"}),
    Case("uk_planning/gml.gml", 10),
    Case("uk_planning/kml.kml", 12),
    Case("uk_planning/kml-bad.kml", 0, error="not_geodata"),
    Case("uk_planning/listed_9d20207f.zip", 4),
    Case("uk_planning/listed_b9f01065_3d.geojson", 1000),
    Case("uk_planning/shapefile_zip_not_in_root.zip", 14),
    Case("uk_planning/utf-8-sig-json.geojson", 114, error="not_degrees"),
    Case("uk_planning/utf-8-sig-json.geojson", 114, {"crs": "EPSG:27700"}),
    Case("parcels_eu/bg/bg_arable_land_2024.zip", 100),
    Case("parcels_eu/br_ba_lem/LEM_dataset.zip", 100),
    Case("parcels_eu/ch/lwb_nutzungsflaechen_v2_0_lv95.gpkg", 100),
    Case("parcels_eu/de_bb/antrag.zip", 100, error="encoding_undetected"),
    Case("parcels_eu/de_bb/antrag.zip", 100, {"encoding": "ISO-8859-1"}),
    Case("parcels_eu/ec_ro/RO_ny.zip", 100),
    Case("parcels_eu/ec_si/SI_2021.zip", 100),
    Case("parcels_eu/nl_block/referentiepercelen.gpkg", 100),
    Case("parcels_eu/pt/Continente.gpkg", 0, error="several_layers"),
    Case("parcels_eu/pt/Continente.gpkg", 0, {"layer": "Continente"}, error="empty_layer"),
    Case("parcels_eu/pt/Continente.gpkg", 100, {"layer": "Culturas_Aveiro"}),
    Case("parcels_eu/pt/Continente.gpkg", 100, {"layer": "OcupacoesSolo_Aveiro"}),
    Case("parcels_eu/us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip", 100),
    Case("shp_zip/blockgroups.zip", 663, error="crs_missing"),
    Case("shp_zip/blockgroups.zip", 663, {"crs": "EPSG:4326"}),
    Case("shp_zip/blockgroups_multishapefile.zip", 663, error="several_layers"),
    Case("shp_zip/blockgroups_multishapefile.zip", 663, {"crs": "EPSG:4326", "layer": "blockgroups2"}),
    Case("gpkg_multilayer/curvepolygon.gpkg", 1),
    Case("gpkg_multilayer/multisurface.gpkg", 1),
    *_census(),
    Case("encodings_broken/invalid_rings/ex1_invalid_rings.json", 1),
    Case("encodings_broken/zip/zip-in-zip.zip", 295),
    Case("encodings_broken/dbf/ldid/chinese.shp", 1, error="not_degrees"),
)


def add_county(engine: Engine, code: str) -> None:
    """A county as large as the world: each set is foreign to every real one of ours."""
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO county (code, name, invented) VALUES (:code, '示例县', true)"), {"code": code}
        )
        connection.execute(
            text(
                "INSERT INTO admin_unit (county_code, level, code, name, boundary) VALUES (:code, 'county', :code, '示例县', "
                "ST_Multi(ST_MakeEnvelope(-180, -89, 180, 89, 4490)))"
            ),
            {"code": code},
        )


def county_of(number: int) -> str:
    """The county that a set is loaded into."""
    return f"9{number:05d}"


def run(settings: Settings, url: str, case: Case, number: int) -> tuple[Report | GisregError, float]:
    """Import a set into a county of its own."""
    county = county_of(number)
    engine = make_engine(url, pool_size=0)
    add_county(engine, county)
    start = time.perf_counter()
    outcome: Report | GisregError
    try:
        outcome = import_parcels(settings, url, Wanted(DATA / case.path, "idle_land", county=county, **case.options))
    except GisregError as error:
        outcome = error
    return outcome, time.perf_counter() - start


def main(url: str) -> None:
    """Print the table."""
    print("| set | read | loaded | repaired | refused | why | s |\n| --- | ---: | ---: | ---: | ---: | --- | ---: |")
    for number, case in enumerate(CASES):
        outcome, seconds = run(Settings(), url, case, number)
        if isinstance(outcome, GisregError):
            print(f"| {case.name} | – | – | – | file | {outcome.code} | {seconds:.1f} |")
            continue
        why = ", ".join(
            f"{f} {n}" for f, n in Counter(p.fault for p in outcome.problems if p.grade != "warned").items()
        )
        print(
            f"| {case.name} | {outcome.read} | {outcome.loaded} | {outcome.repaired} | {outcome.refused} | {why} | {seconds:.1f} |"
        )


if __name__ == "__main__":
    main(sys.argv[1])
