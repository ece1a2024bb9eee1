"""The township page: its parcels, coloured by label, kind or state, with filters in the legend."""

from collections.abc import Sequence

from gisreg.vocab import Kind, Label
from maps.county import breakdown, unlabelled
from maps.layers import COUNTY_PAGE_NAME, backdrop_data, legend_data, outline_data, parcel_data
from maps.overlays import NO_OVERLAYS, Overlays, overlay_data
from maps.page import Layer, Page, filled, page_map, part
from maps.rows import GeoJson, PageInfo, ParcelRow, TownshipRow
from maps.styles import KIND_COLOURS, LABEL_COLOURS
from maps.text import WORDS


def township_page(
    info: PageInfo,
    township: TownshipRow,
    parcels: Sequence[ParcelRow],
    neighbours: Sequence[TownshipRow] = (),
    backdrop: GeoJson | None = None,
    *,
    overlays: Overlays = NO_OVERLAYS,
) -> str:
    """The page as HTML. ``neighbours`` are outlines drawn around it, normally the county's other townships."""
    title = filled(WORDS["township_title"], township=township.name)
    figures = part(
        "township.html",
        total=township,
        by_kind=breakdown(township.by_kind, Kind, KIND_COLOURS),
        by_label=breakdown(township.by_label, Label, LABEL_COLOURS),
        unlabelled=unlabelled(township),
    )
    back = COUNTY_PAGE_NAME if info.linked else None
    page = Page(
        info, title, ["township.js"], figures, kind="township", total=township, back=back,
        map_about=WORDS["map_of_township"], search=True,
    )  # fmt: skip
    drawn = page_map(page, "township")
    outlines = [row for row in neighbours if row.code != township.code]
    Layer("outlines", outline_data([*outlines, township], own=township.code, linked=info.linked)).add_to(drawn)
    Layer("overlays", overlay_data(overlays)).add_to(drawn)
    Layer("backdrop", backdrop_data(backdrop)).add_to(drawn)
    data = {"asOf": info.as_of.isoformat(), "legend": legend_data(), "parcels": parcel_data(parcels)}
    Layer("parcels", data).add_to(drawn)
    return str(page.render())
