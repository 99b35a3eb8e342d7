"""What a person calls a place in a contract."""

from collections.abc import Iterator

from conformance.contract.diff.document import Node, Tokens

_KINDS = {"parameters": "parameter", "responses": "response", "headers": "header", "requestBodies": "body"}


def subject(node: Node) -> str:
    """Return a name for a place in a schema, parameter, body or answer: `AccessProfile.budgets[]`."""
    tokens = node.tokens
    if tokens[:2] == ("components", "schemas"):
        return "".join([*tokens[2:3], *_within(tokens[3:])])
    if tokens[:1] == ("components",):
        kind = _KINDS.get(tokens[1], tokens[1])
        return _described(node, kind, tokens[2], tokens[3:])
    if tokens[:1] == ("paths",) and len(tokens) > 2:
        rest = tokens[2:] if tokens[2] == "parameters" else tokens[3:]
        match rest:
            case ("parameters", index, *inner):
                return _described(node, "parameter", index, tuple(inner))
            case ("requestBody", *inner):
                return "".join(["body", *_within(_in_media_type(tuple(inner)))])
            case ("responses", status, *inner):
                return _described(node, "answer", status, tuple(inner))
            case _:
                pass
    return " ".join(tokens)


def parameter(node: Node) -> str:
    """Return a parameter by its name: `parameter limit (query)`."""
    return f"parameter {node.raw('name')} ({node.raw('in')})"


def _described(node: Node, kind: str, name: str, inner: Tokens) -> str:
    if kind == "parameter":
        place = node.tokens[: len(node.tokens) - len(inner)]
        value = node.document.top.at(*place).value
        name = value.get("name", name) if isinstance(value, dict) else name
    if inner[:1] == ("headers",) and len(inner) > 1:
        return f"header {inner[1]} of {kind} {name}" + "".join(_within(_in_media_type(inner[2:])))
    return f"{kind} {name}" + "".join(_within(_in_media_type(inner)))


def _in_media_type(tokens: Tokens) -> Tokens:
    if tokens[:1] == ("content",):
        tokens = tokens[2:]
    return tokens[1:] if tokens[:1] == ("schema",) else tokens


def _within(tokens: Tokens) -> Iterator[str]:
    remaining = iter(tokens)
    for token in remaining:
        match token:
            case "properties" | "patternProperties":
                yield f".{next(remaining, '*')}"
            case "items":
                yield "[]"
            case "additionalProperties":
                yield ".*"
            case "allOf" | "oneOf" | "anyOf":
                yield f" ({token} {next(remaining, '')})"
            case _:
                # A keyword of the schema: the message says which.
                return
