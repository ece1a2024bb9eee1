"""Links to the next part of a list."""

from typing import Any

from fastapi import Request

from api.encoding import json_bytes

Link = dict[str, str]


def next_link(request: Request, media_type: str, **changed: Any) -> Link:
    """The same question with a few parameters changed (None drops one); relative, so that no host is needed."""
    gone = [name for name, value in changed.items() if value is None]
    url = request.url.include_query_params(**{k: v for k, v in changed.items() if v is not None})
    url = url.remove_query_params(gone)
    return {"rel": "next", "href": f"{url.path}?{url.query}", "type": media_type}


def link_header(links: list[Link]) -> dict[str, str]:
    """The same as RFC 8288 wants them."""
    return {"Link": ", ".join(f'<{link["href"]}>; rel="{link["rel"]}"' for link in links)} if links else {}


def with_members(collection: bytes, **members: Any) -> bytes:
    """A JSON object that the database wrote, with more members at its end; the rest goes through untouched."""
    return collection.rstrip().removesuffix(b"}") + b"," + json_bytes(members)[1:]
