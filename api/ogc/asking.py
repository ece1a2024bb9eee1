"""A request of this API read: its words, its form, its links, and what of a collection it asks for."""

from api.conditional import Reading
from api.filters import WrongFilterLanguage
from api.ogc.described_parameters import LIMIT_DEFAULT, LIMIT_MAX, LISTED, ONE
from api.ogc.forms import Form, form_of
from api.ogc.links import Addresses
from api.ogc.words import Words
from gisreg.features.asking import Asked, Condition, asked_of, properties_of, sort_of
from gisreg.features.box import box_of
from gisreg.features.collections import Collection
from gisreg.features.crs import crs_of
from gisreg.features.moment import moment_of
from gisreg.features.profile import PLAIN, PROFILES
from gisreg.text import Text


class Asking:
    """A request of this API: its words, its form, its links."""

    def __init__(self, reading: Reading, names: tuple[str, ...], known: tuple[str, ...] = ()) -> None:
        self.reading = reading
        self.words = Words(reading.request, {*names, *known})
        self.form: Form = form_of(reading.request, self.words)
        self.addresses = Addresses(reading.request, reading.language)

    def say(self, words: Text) -> str:
        """In the reader's language."""
        return words.say(self.reading.language)


def to_be_listed(reading: Reading, wanted: Collection) -> tuple[Asking, Asked]:
    """Features of a collection, page by page.

    Raises:
        InputError: of whatever is wrong with the words.
    """
    asking = Asking(reading, LISTED, tuple(wanted.properties))
    return asking, _listed(asking, wanted)


def to_be_told(reading: Reading, wanted: Collection) -> tuple[Asking, Asked]:
    """One feature of a collection.

    Raises:
        InputError: of whatever is wrong with the words.
    """
    asking = Asking(reading, ONE)
    words = asking.words
    return asking, asked_of(
        wanted,
        moment=moment_of(words.get("datetime")),
        crs=crs_of(words.get("crs"), "query.crs"),
        properties=properties_of(words.get("properties"), wanted),
        reader=reading.reader,
        profile=words.one_of("profile", PROFILES, PLAIN),
    )


def _listed(asking: Asking, wanted: Collection) -> Asked:
    words = asking.words
    language = words.one_of("filter-lang", ("cql2-text", "cql2-json"), "cql2-text")
    equal = tuple((name, value) for name, value in words.given.items() if name in wanted.properties)
    condition = Condition(
        _cql2(words.get("filter"), language), crs_of(words.get("filter-crs"), "query.filter-crs"), equal
    )
    return asked_of(
        wanted,
        condition=condition,
        sort=sort_of(words.get("sortby"), wanted),
        moment=moment_of(words.get("datetime")),
        box=box_of(words.get("bbox"), crs_of(words.get("bbox-crs"), "query.bbox-crs")),
        limit=min(words.number("limit", LIMIT_DEFAULT), LIMIT_MAX),
        cursor=words.get("cursor"),
        crs=crs_of(words.get("crs"), "query.crs"),
        properties=properties_of(words.get("properties"), wanted),
        reader=asking.reading.reader,
        profile=words.one_of("profile", PROFILES, PLAIN),
    )


def _cql2(given: str | None, language: str) -> str | None:
    if given is None:
        return None
    is_in_both = given.strip() in ("true", "false")
    if not is_in_both and given.lstrip().startswith("{") != (language == "cql2-json"):
        raise WrongFilterLanguage(where="query.filter", named=language)
    return given
