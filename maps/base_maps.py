"""The base map below the theme, as the settings ask: none, 天地图, tiles of any server, or imagery of one's own."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from gisreg.errors import InputError, SetupError
from gisreg.settings import Settings
from gisreg.text import Text
from maps.columns import pair

TILES_ADDRESS = "/maps/tiles/{z}/{x}/{y}"
"""Where our own server gives the tiles of a local base map."""

TIANDITU_HOSTS = tuple(f"https://t{number}.tianditu.gov.cn" for number in range(8))
TIANDITU_MAX_ZOOM = 18
OTHERS_MAX_ZOOM = 19

SHIFTED_HOSTS = ("amap.com", "autonavi.com", "gtimg.com", "map.qq.com", "google.cn", "bdimg.com", "baidu.com")
"""Their tiles are in GCJ-02 or BD-09, hundreds of metres away from CGCS2000: boundaries would lie beside the land."""

_PLACEHOLDERS = frozenset({"z", "x", "y", "-y", "s"})
_SUBDOMAINS = "abc"
_HOST = re.compile(r"(\{s\}\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?")


class BaseMapIncomplete(SetupError):
    """A base map is wanted, and a setting that it needs is not there."""

    what: ClassVar[Text] = Text("底图 {base_map} 还缺设置 {needs}", "the base map {base_map} also needs {needs}")
    mend: ClassVar[Text] = Text("请设置 {needs}，或设 GISREG_BASE_MAP=none", "set {needs}, or GISREG_BASE_MAP=none")


class BaseMapUrlUnusable(InputError):
    """The address of the tiles cannot be used."""

    what: ClassVar[Text] = Text(
        "底图瓦片地址不能用：{url}", "the address of the base map's tiles cannot be used: {url}"
    )
    mend: ClassVar[Text] = Text(
        "应为 https://主机/…{z}/{x}/{y}…，可用 {z} {x} {y} {-y} {s}",
        "it should look like https://host/…{z}/{x}/{y}…, of {z} {x} {y} {-y} {s}",
    )

    def say_mend(self, language: Any = "zh") -> str:
        """The braces are to be seen as they are."""
        return self.mend.zh if language == "zh" else self.mend.en


class BaseMapShifted(InputError):
    """The tiles are in a shifted system."""

    what: ClassVar[Text] = Text(
        "{host} 的瓦片是 GCJ-02/BD-09 偏移坐标，界线会错开数百米",
        "the tiles of {host} are shifted (GCJ-02/BD-09): boundaries would lie hundreds of metres beside the land",
    )
    mend: ClassVar[Text] = Text("请改用天地图或未偏移的瓦片", "use Tianditu, or tiles that are not shifted")


class NoBaseMapForFiles(InputError):
    """A saved page is asked to show a base map that it cannot reach."""

    what: ClassVar[Text] = Text("保存的网页用不了底图 {base_map}", "a saved page cannot show the base map {base_map}")
    mend: ClassVar[Text] = Text(
        "请设 GISREG_BASE_MAP=tianditu 或 xyz，或去掉 --base-map",
        "set GISREG_BASE_MAP to tianditu or xyz, or leave --base-map away",
    )


@dataclass(frozen=True)
class TileLayer:
    """Tiles of one address, in Web Mercator."""

    url: str
    subdomains: str = ""
    max_zoom: int = OTHERS_MAX_ZOOM


@dataclass(frozen=True)
class Choice:
    """One base map that the reader can choose; its layers lie on each other, the first lowest."""

    title: Text
    layers: tuple[TileLayer, ...]


@dataclass(frozen=True)
class BaseMap:
    """What the pages offer below the theme."""

    choices: tuple[Choice, ...]
    credit: Text
    sources: tuple[str, ...]
    """Where a content security policy must let pictures come from: these hosts and no others."""


def served_base_map(settings: Settings) -> BaseMap | None:
    """The base map of pages that our own server gives, or None.

    Raises:
        BaseMapIncomplete: a setting is missing.
        BaseMapUrlUnusable, BaseMapShifted: the tiles' address is no good.
    """
    if settings.base_map == "none":
        return None
    return {"tianditu": _tianditu, "xyz": _xyz, "local": _local}[settings.base_map](settings)


def saved_base_map(settings: Settings) -> BaseMap:
    """The base map of a page that is written to a file: only on demand, for it carries the token or key.

    Raises:
        NoBaseMapForFiles: none is set, or it lies on this machine.
        BaseMapIncomplete, BaseMapUrlUnusable, BaseMapShifted: as above.
    """
    found = served_base_map(settings)
    if found is None or settings.base_map == "local":
        raise NoBaseMapForFiles(where="--base-map", base_map=settings.base_map)
    return found


def local_tiles(settings: Settings) -> Path:
    """The folder, MBTiles file or GeoTIFF of a local base map.

    Raises:
        BaseMapIncomplete: no such file is named.
    """
    file = settings.base_map_file
    if file is None or not file.exists():
        raise BaseMapIncomplete(where=str(file or "GISREG_BASE_MAP"), base_map="local", needs="GISREG_BASE_MAP_FILE")
    return file


def base_map_data(base_map: BaseMap) -> dict[str, Any]:
    """What the page's script reads."""
    return {
        "credit": pair(base_map.credit),
        "choices": [
            {
                "title": pair(choice.title),
                "layers": [
                    {"url": layer.url, "subdomains": layer.subdomains, "maxZoom": layer.max_zoom}
                    for layer in choice.layers
                ],
            }
            for choice in base_map.choices
        ],
    }


def _tianditu(settings: Settings) -> BaseMap:
    token = settings.tianditu_token.get_secret_value() if settings.tianditu_token else ""
    if not re.fullmatch(r"[0-9A-Za-z]+", token):
        raise BaseMapIncomplete(where="GISREG_BASE_MAP", base_map="tianditu", needs="GISREG_TIANDITU_TOKEN")

    def layer(name: str) -> TileLayer:
        query = (
            f"SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={name}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
            f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={token}"
        )
        return TileLayer(f"https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?{query}", "01234567", TIANDITU_MAX_ZOOM)

    return BaseMap(
        (
            Choice(Text("地图", "Map"), (layer("vec"), layer("cva"))),
            Choice(Text("影像", "Imagery"), (layer("img"), layer("cia"))),
        ),
        _credit(settings, Text("底图：天地图", "Base map: Tianditu")),
        TIANDITU_HOSTS,
    )


def _xyz(settings: Settings) -> BaseMap:
    url = settings.base_map_url.get_secret_value() if settings.base_map_url else ""
    if not url:
        raise BaseMapIncomplete(where="GISREG_BASE_MAP", base_map="xyz", needs="GISREG_BASE_MAP_URL")
    return BaseMap(
        (Choice(Text("地图", "Map"), (TileLayer(url, _SUBDOMAINS),)),),
        _credit(settings, Text("底图：{host}", "Base map: {host}"), host=_host_of(url)),
        _sources_of(url),
    )


def _host_of(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("{s}.")


def _sources_of(url: str) -> tuple[str, ...]:
    """The origins that tiles of this address come from; what the message shows ends before any key."""
    shown = url.partition("?")[0]
    if re.search(r"[\s\"'<>\\;,]", url) or not _PLACEHOLDERS.issuperset(re.findall(r"\{([^}]*)\}", url)):
        raise BaseMapUrlUnusable(where="GISREG_BASE_MAP_URL", url=shown)
    parts = urlsplit(url)
    rest = url.removeprefix(f"{parts.scheme}://{parts.netloc}")
    complete = all(name in rest for name in ("{z}", "{x}")) and ("{y}" in rest or "{-y}" in rest)
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc) or not complete:
        raise BaseMapUrlUnusable(where="GISREG_BASE_MAP_URL", url=shown)
    host = (parts.hostname or "").removeprefix("{s}.").lower()
    if any(host == known or host.endswith(f".{known}") for known in SHIFTED_HOSTS):
        raise BaseMapShifted(where="GISREG_BASE_MAP_URL", host=host)
    if not parts.netloc.startswith("{s}."):
        return (f"{parts.scheme}://{parts.netloc}",)
    return tuple(f"{parts.scheme}://{parts.netloc.replace('{s}', letter)}" for letter in _SUBDOMAINS)


def _local(settings: Settings) -> BaseMap:
    local_tiles(settings)
    return BaseMap(
        (Choice(Text("影像", "Imagery"), (TileLayer(TILES_ADDRESS),)),),
        _credit(settings, Text("底图：本机影像", "Base map: imagery on this machine")),
        ("'self'",),
    )


def _credit(settings: Settings, usual: Text, **params: str) -> Text:
    own = settings.base_map_attribution
    return Text(own, own) if own else Text(usual.zh.format(**params), usual.en.format(**params))
