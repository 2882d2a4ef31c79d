"""Text that a client chose, as it may stand in a log."""


def printable(text: str) -> str:
    """The text with all that could move a cursor, colour a terminal or begin a line escaped, as Python writes it."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
