"""Bodies of every kind, and doors for every way to say who one is: correct servers that are rare."""

import re
import xml.etree.ElementTree as ET

from tests.foreign.troubles.api import Api, Operation
from tests.foreign.troubles.documents import load
from tests.foreign.troubles.messages import Call, Refusal, Reply
from tests.foreign.troubles.security import Credentials

KEYS: Credentials = {
    "somebody": {
        "token": "a-token",
        "password": "somebody:her password",
        "headerKey": "key-in-a-header",
        "queryKey": "key-in-the-query",
        "cookieKey": "key-in-a-cookie",
    }
}

_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
_LINE = "Every bond is a bond to sorrow."


def media_api() -> Api:
    """Return a server that says what it understood of a body."""
    operations = dict.fromkeys(("sendText", "sendForm", "sendPicture", "sendOctets"), _understood)
    return Api(
        load("media"),
        {
            **operations,
            "sendDocument": _document,
            "getPoem": lambda _: Reply(200, _LINE.encode(), "text/plain"),
            "getFeed": lambda _: Reply(200, f"<poem><line>{_LINE}</line></poem>".encode(), "application/xml"),
        },
        refused=400,
        form=_text,
    )


def locks_api() -> Api:
    """Return a server that says at each door who came in."""
    document = load("locks")
    operations = [item["get"]["operationId"] for item in document["paths"].values()]
    return Api(document, {name: _door(name) for name in operations}, credentials=KEYS)


def styles_api() -> Api:
    """Return a server that reads every style of a parameter, and nothing else."""
    document = load("styles")
    operations = [item["get"]["operationId"] for item in document["paths"].values()]
    return Api(document, dict.fromkeys(operations, lambda _: Reply(204)))


def _understood(call: Call) -> Reply:
    return Reply(200, {"media_type": call.media_type, "length": len(call.body)})


def _document(call: Call) -> Reply:
    try:
        root = ET.fromstring(call.body)
    except (ET.ParseError, LookupError, ValueError) as error:
        raise Refusal(400, "This is no XML.") from error
    if root.find("title") is None:
        raise Refusal(400, "The document has no title.")
    if not all(_INTEGER.fullmatch(pages.text or "") for pages in root.findall("pages")):
        raise Refusal(400, "The pages are no number.")
    return _understood(call)


def _text(refusal: Refusal) -> Reply:
    return Reply(refusal.status, refusal.message.encode(), "text/plain", refusal.headers)


def _door(name: str) -> Operation:
    return lambda call: Reply(200, {"door": name, "role": call.role})
