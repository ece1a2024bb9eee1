"""The shifts of Chinese web maps: GCJ-02 (高德, 腾讯) and BD-09 (百度) against the true position.

The functions are those that public converters agree on, good to a few metres, which is enough to recognise a shift of
hundreds. They are for recognising only: a boundary is never "corrected" by them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

AXIS_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BD_LON, BD_LAT = 0.0065, 0.006
BD_TURN = 3000.0 / 180.0
ALIKE = 0.2
"""A shift within this share of the map's own is taken for it."""
FEWEST = 5


def gcj02(at: "np.ndarray") -> Any:
    """Where GCJ-02 maps show longitudes and latitudes (n, 2) in degrees."""
    import numpy as np  # noqa: PLC0415 - heavy

    x, y = at[:, 0] - 105.0, at[:, 1] - 35.0
    latitude = np.radians(at[:, 1])
    magic = 1 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    north = _north(x, y) * 180 / (AXIS_M * (1 - ECCENTRICITY_SQUARED) / magic**1.5 * np.pi)
    east = _east(x, y) * 180 / (AXIS_M / np.sqrt(magic) * np.cos(latitude) * np.pi)
    return at + np.stack([east, north], -1)


def bd09(at: "np.ndarray") -> Any:
    """Where BD-09 maps show them."""
    import numpy as np  # noqa: PLC0415 - heavy

    shown = gcj02(at)
    x, y = shown[:, 0], shown[:, 1]
    reach = np.hypot(x, y) + 0.00002 * np.sin(np.radians(y * 180 * BD_TURN))
    turn = np.arctan2(y, x) + 0.000003 * np.cos(np.radians(x * 180 * BD_TURN))
    return np.stack([reach * np.cos(turn) + BD_LON, reach * np.sin(turn) + BD_LAT], -1)


def _waves(x: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy

    return (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3


def _north(x: Any, y: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy

    near = (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    far = (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + _waves(x) + near + far


def _east(x: Any, y: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy

    near = (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    far = (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + _waves(x) + near + far


SYSTEMS = {"gcj02_suspected": gcj02, "bd09_suspected": bd09}


def recognised(true: "np.ndarray", given: "np.ndarray") -> str | None:
    """Which map's shift lies between positions known to be true and those of a file (both (n, 2)), if one does.

    The median of the differences is compared, so that parcels that really moved do not count.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    if len(true) < FEWEST:
        return None
    found = np.median(given - true, axis=0)
    for fault, shown in SYSTEMS.items():
        expected = np.median(shown(true) - true, axis=0)
        if np.hypot(*(found - expected)) < ALIKE * np.hypot(*expected):
            return fault
    return None
