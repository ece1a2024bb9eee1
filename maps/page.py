"""Folium's map and figure, made safe: nothing from outside, one content security policy, text escaped."""

from functools import cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gisreg.text import Text
from maps import assets
from maps.base_maps import base_map_data
from maps.columns import as_json, pair
from maps.rows import PageInfo
from maps.text import WORDS

TEMPLATES_DIR = Path(__file__).parent / "templates"


class PageMap(folium.Map):
    """A Leaflet map without Folium's scripts and styles from other servers, and without tiles."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div id="{{ this.get_name() }}" class="map" role="region" tabindex="0" data-about="{{ this.about }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = gisreg.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, about: str) -> None:
        super().__init__(location=(36.0, 113.0), tiles=None, zoom_control=False, prefer_canvas=True)
        self.default_js, self.default_css = [], []
        self.about = about
        self.options |= {"attribution_control": False, "zoom_snap": 0.25, "zoom_delta": 0.5, "max_zoom": 20}

    @classmethod
    def _generate_id(cls) -> str:
        """Always the same name, so that the same rows give the same page."""
        return "page"


class Layer(MacroElement):
    """Data, and one call of our own script that draws it.

    The data never pass through branca, which compiles all that an element writes as a Jinja template: a name with
    ``{{ … }}`` in it would be run there. The page puts them in as JSON, which no browser runs either.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        gisreg.{{ this.call }}({{ this._parent.get_name() }}, gisreg.data({{ this.get_name()|tojson }}));
        {% endmacro %}
        """
    )

    def __init__(self, call: str, data: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it untyped
        self._name = self._id = call
        self.call = call
        self.json = as_json(data)


def page_map(page: "Page", about: str) -> PageMap:
    """The page's map, with its base map where there is one; what is added later lies above."""
    drawn = PageMap(about=about)
    drawn.add_to(page)
    if page.info.base_map:
        Layer("base", base_map_data(page.info.base_map)).add_to(drawn)
    return drawn


class Page(Figure):
    """The whole document: head with its policy, header, map, figures, footer."""

    def __init__(self, info: PageInfo, title: Text, scripts: list[str], figures: Markup, **more: Any) -> None:
        super().__init__()
        self.info, self.page_title, self.figures, self.more = info, title, figures, more
        self.own_scripts = scripts

    def render(self, **kwargs: Any) -> str:
        """The document as text."""
        for child in self._children.values():
            child.render(**kwargs)
        library, library_style = assets.leaflet(self.info.assets_dir)
        layers = [layer for child in self._children.values() for layer in child._children.values()]
        wording = f"gisreg.words = {as_json({key: pair(text) for key, text in WORDS.items()})};"
        drawing = self.script.render(**kwargs)
        scripts = [library, *(assets.own(name) for name in ("map.js", *self.own_scripts)), f"{wording}\n{drawing}"]
        styles = [library_style, assets.own("page.css")]
        return (
            environment()
            .get_template("page.html")
            .render(
                info=self.info,
                title=self.page_title,
                policy=assets.policy(scripts, styles, self.info.base_map.sources if self.info.base_map else ()),
                scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files and escaped JSON
                styles=[Markup(style) for style in styles],  # noqa: S704 - our own files
                map=Markup(self.html.render(**kwargs)),  # noqa: S704 - a Folium element without data
                data={layer.get_name(): Markup(layer.json) for layer in layers if isinstance(layer, Layer)},  # noqa: S704 - escaped JSON
                figures=self.figures,
                **self.more,
            )
        )


@cache
def environment() -> Environment:
    """Our templates: everything that is put in is escaped; an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["words"] = WORDS
    made.filters["mu"] = lambda value: f"{value + 0.0:,.2f}"
    made.filters["whole"] = lambda value: f"{round(value):,}"
    made.filters["percent"] = lambda value: f"{value * 100:.1f}%"
    made.filters["filled"] = filled
    return made


def filled(text: Text, **params: object) -> Text:
    """Wording with its fields filled in, each language with its own value where a field is a :class:`Text`."""
    zh = {key: value.zh if isinstance(value, Text) else value for key, value in params.items()}
    en = {key: value.en if isinstance(value, Text) else value for key, value in params.items()}
    return Text(text.zh.format(**zh), text.en.format(**en))


def part(template: str, **params: Any) -> Markup:
    """A piece of page from one of our templates."""
    return Markup(environment().get_template(template).render(**params))  # noqa: S704 - escaped by the template
