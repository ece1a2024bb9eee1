"""Who reads: the one place where a request becomes a reader."""

from starlette.requests import HTTPConnection

from gisreg.features.reader import EVERYTHING, Reader


def reader_of(request: HTTPConnection) -> Reader:
    """The reader of a request: one scope now. Sign-in will decide it here."""
    del request
    return EVERYTHING
