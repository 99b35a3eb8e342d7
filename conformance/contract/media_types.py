"""Media types: which of those that a contract states an answer has."""

from collections.abc import Iterable

JSON = "application/json"


def kind_of(media_type: str) -> str:
    """Return a media type without its parameters, in small letters."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Return whether a `Content-Type` says JSON, in whatever case and with whatever parameters."""
    kind = kind_of(media_type)
    return kind == JSON or kind.endswith("+json")


def stated_for(media_type: str, stated: Iterable[str]) -> str | None:
    """Return the nearest of the media types and ranges that a contract states; None when none fits."""
    kind = kind_of(media_type)
    wide = f"{kind.partition('/')[0]}/*"
    for wanted in (kind, wide, "*/*"):
        for each in stated:
            if kind_of(each) == wanted and kind:
                return each
    return None
