"""Where something was found in a batch of shapes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Spot:
    """A finding: the shape's place in the batch, and where it is in the file's own coordinates."""

    row: int
    fault: str
    x: float
    y: float
    measured: float
    """Width in metres, angle in degrees, number of corners or crossings, or square metres, or degrees."""

    @property
    def said(self) -> str:
        """The measure for people, as exact as it is worth."""
        return f"{self.measured:,.0f}" if self.measured >= WHOLE_FROM else f"{self.measured:.3g}"


WHOLE_FROM = 1000.0
