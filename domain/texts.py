"""Marks texts in the rules for translation; refuses to translate them."""


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext tools extract by
    """Return `msgid` unchanged; the handlers translate it when they render."""
    return msgid
