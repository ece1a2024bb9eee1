"""The words of a request: each known, each given once. OGC wants 400 where one cannot be used."""

from collections.abc import Collection
from typing import ClassVar

from fastapi import Request

from api.parameters import UnknownParameter
from gisreg.errors import InputError
from gisreg.text import Text

MAX_WORD = 20_000
EVERYWHERE = frozenset({"f", "lang"})


class GivenTwice(InputError):
    """A parameter that is there more than once."""

    what: ClassVar[Text] = Text("参数 {name} 给出多次", "the parameter {name} is given more than once")
    mend: ClassVar[Text] = Text("请只给一次", "give it once")


class WordTooLong(InputError):
    """Longer than any person or program needs."""

    what: ClassVar[Text] = Text("参数 {name} 过长(上限 {limit} 字符)", "{name} is longer than {limit} characters")
    mend: ClassVar[Text] = Text("请缩短", "shorten it")


class NumberUnreadable(InputError):
    """A number of features that is none."""

    what: ClassVar[Text] = Text("{name} 应为不小于 {least} 的整数", "{name} is a whole number not below {least}")
    mend: ClassVar[Text] = Text("如 {name}=100", "for example {name}=100")


class NoneOfThese(InputError):
    """A value outside the few that there are."""

    what: ClassVar[Text] = Text("{name} 没有取值 {given}", "{name} has no value {given}")
    mend: ClassVar[Text] = Text("可用:{known}", "use one of: {known}")


class Words:
    """The query parameters of one request."""

    def __init__(self, request: Request, known: Collection[str]) -> None:
        self.given: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            if name not in known and name not in EVERYWHERE:
                raise UnknownParameter(
                    where=f"query.{name[:100]}", name=name[:100], known=", ".join(sorted({*known, *EVERYWHERE}))
                )
            if name in self.given:
                raise GivenTwice(where=f"query.{name}", name=name)
            if len(value) > MAX_WORD:
                raise WordTooLong(where=f"query.{name}", name=name, limit=MAX_WORD)
            self.given[name] = value

    def get(self, name: str) -> str | None:
        """The value, if it is given."""
        return self.given.get(name)

    def number(self, name: str, default: int, *, least: int = 1) -> int:
        """A whole number.

        Raises:
            NumberUnreadable.
        """
        value = self.given.get(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit()) or len(value) > 18 or int(value) < least:  # noqa: PLR2004 - digits of an int
            raise NumberUnreadable(where=f"query.{name}", name=name, least=least)
        return int(value)

    def one_of(self, name: str, known: Collection[str], default: str) -> str:
        """One of a few words.

        Raises:
            NoneOfThese.
        """
        value = self.given.get(name, default)
        if value not in known:
            raise NoneOfThese(where=f"query.{name}", name=name, given=value[:100], known=", ".join(known))
        return value
