"""The document `results.json`: read, checked against its schema, and made fit to be shown."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from conformance.run.results import SCHEMA_VERSION

Document = dict[str, Any]
"""The parsed `results.json`. Its shape is `results.schema.json`."""

SCHEMA_FILE = Path(__file__).parents[1] / "results.schema.json"

WRONG = ("ERROR", "FAIL", "WARN", "XPASS")
"""The statuses that somebody has to look into one by one, the gravest first."""
FAILED = ("FAIL", "WARN", "XFAIL")
"""The statuses of what was tried and broken, expected or not."""


class DocumentError(Exception):
    """It is no results file, or one that this suite cannot read. The message says what to do."""


def load(path: Path) -> Document:
    """Read a results file, or the `results.json` of a folder.

    Raises:
        DocumentError: it cannot be read, or is no results file of this version.
    """
    file = path / "results.json" if path.is_dir() else path
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise DocumentError(f"{file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{file} is no results file: it is not UTF-8.") from error
    try:
        parsed = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise DocumentError(f"{file} is no results file: it is not JSON ({why}).") from error
    return validate(parsed, str(file))


def validate(parsed: Any, name: str = "The document") -> Document:
    """Return the document, if it is one of this version. `name` is what the sentences call it.

    Raises:
        DocumentError: it is not.
    """
    if not isinstance(parsed, dict) or "schema_version" not in parsed:
        raise DocumentError(
            f"{name} is no results file: it has no schema_version."
            " `conformance check URL --output FOLDER` writes one."
        )
    version = parsed["schema_version"]
    if isinstance(version, bool) or version != SCHEMA_VERSION:
        stated = json.dumps(version)[:40]
        raise DocumentError(
            f"{name} has the schema version {stated}; this suite reads version {SCHEMA_VERSION}."
            " Render it with the suite that wrote it, or run the check again with this one."
        )
    # A lone half of a surrogate pair is no text; JSON's escapes can bring one all the same.
    document: Document = _map_texts(parsed, _whole)
    fault = next(iter(_validator().iter_errors(document)), None)
    if fault is not None:
        place = "/" + "/".join(str(step) for step in fault.instance_path)
        raise DocumentError(f"{name} is no whole results file: at {place}, {_short(fault.message)}.")
    return document


def to_json(document: Document) -> str:
    """Return the document as the text of a file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def verdicts(document: Document) -> list[dict[str, Any]]:
    """Return all verdicts: those on clauses, then the derived ones."""
    return [*document["clauses"], *document["derived"]]


def wrong(document: Document) -> list[dict[str, Any]]:
    """Return the verdicts to look into one by one, the gravest first, else in the order of the document."""
    found = [verdict for verdict in verdicts(document) if verdict["status"] in WRONG]
    return sorted(found, key=lambda verdict: WRONG.index(verdict["status"]))


def in_part(document: Document) -> dict[str, list[dict[str, Any]]]:
    """Return the clauses that passed in part, by what of them never came about."""
    told = [clause for clause in document["clauses"] if clause["status"] == "PASS" and clause["reason"]]
    return {
        reason: [c for c in told if c["reason"] == reason] for reason in {c["reason"]: None for c in told}
    }


def by_reason(document: Document, status: str) -> dict[str, list[dict[str, Any]]]:
    """Return the verdicts of one status by their reason: many often have the same."""
    reasons: dict[str, list[dict[str, Any]]] = {}
    for verdict in verdicts(document):
        if verdict["status"] == status:
            reasons.setdefault(verdict["reason"] or "no reason was given", []).append(verdict)
    return reasons


def by_cause(found: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return verdicts in their order, those together whose findings have one and the same cause.

    One status that is stated nowhere may be found at a hundred operations.
    """
    groups: dict[Any, list[dict[str, Any]]] = {}
    for verdict in found:
        causes = {finding.get("cause") for finding in verdict["findings"]}
        alone = not causes or None in causes
        groups.setdefault(verdict["id"] if alone else frozenset(causes), []).append(verdict)
    return list(groups.values())


def place(document: Document, line: int) -> str:
    """Return a line of the contract, as people write it: `openapi.yaml:12`."""
    name = Path(document["contract"]["file"]).name
    return f"{name}:{line}" if line else name


def visible(text: str) -> str:
    r"""Return the text with every character that cannot be seen, or that moves others, written as an escape.

    Servers and fuzzers send control characters, marks that turn the direction of writing, and halves of
    surrogate pairs. A reader is to see that they are there: `\x1b`, `\u202e`. Lines and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or character in "\n\t"
        else character.encode("unicode_escape").decode()
        for character in text
    )


def shown(document: Document) -> Document:
    """Return the document with every text made visible: what reports for people are made of."""
    result: Document = _map_texts(document, visible)
    return result


def _map_texts(value: Any, change: Any) -> Any:
    match value:
        case str():
            return change(value)
        case dict():
            return {change(key): _map_texts(member, change) for key, member in value.items()}
        case list():
            return [_map_texts(item, change) for item in value]
        case _:
            return value


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _short(message: str) -> str:
    return message if len(message) <= 200 else message[:200] + " …"
