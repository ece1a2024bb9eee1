"""What can be missing."""

from typing import ClassVar

from gisreg.errors import NotFoundError
from gisreg.text import Text


class FeatureNotFound(NotFoundError):
    """The collection has no such feature, or this reader sees none."""

    what: ClassVar[Text] = Text("要素集 {collection} 中没有 {fid}", "the collection {collection} has no feature {fid}")
    mend: ClassVar[Text] = Text(
        "请在 /ogc/collections/{collection}/items 中查编号", "/ogc/collections/{collection}/items lists them"
    )
