"""Words for people: Chinese first, English beside it."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Text(NamedTuple):
    """One piece of wording in both languages; may hold ``str.format`` fields."""

    zh: str
    en: str

    def say(self, language: Language = "zh", **params: object) -> str:
        """The wording in one language, its fields filled in."""
        words = self.en if language == "en" else self.zh
        return words.format(**params) if params else words

    def both(self) -> str:
        """Chinese, then English in brackets when the two differ."""
        return self.zh if self.zh == self.en else f"{self.zh} ({self.en})"
