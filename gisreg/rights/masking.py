"""Personal data as outputs show them: numbers of identity papers and telephones are never written whole."""

STAR = "*"
SHOWN_HEAD, SHOWN_TAIL = 3, 2


def masked(number: str | None) -> str | None:
    """The first three and last two characters of a number, the rest as stars; a short one as stars only."""
    if number is None:
        return None
    hidden = len(number) - SHOWN_HEAD - SHOWN_TAIL
    if hidden < SHOWN_HEAD:
        return STAR * len(number)
    return number[:SHOWN_HEAD] + STAR * hidden + number[-SHOWN_TAIL:]
