"""What every report says of a finding in a line."""

from typing import Any

GONE = "What the requests name may be gone: make it first, and put the new ids into them."


def headline(finding: dict[str, Any]) -> str:
    """Return what is wrong, in one line."""
    code = f"{finding['code']} " if finding["code"] else ""
    return f"{code}expected {finding['expected']}, got {finding['actual']}"


def answer(exchange: dict[str, Any]) -> str:
    """Return what came back, in one line: the status and the body."""
    response = exchange["response"]
    if response["status"] is None:
        return "no answer"
    return " ".join([str(response["status"]), *response["body"].split()])


def curl_lines(finding: dict[str, Any]) -> list[str]:
    """Return the lines for the shell that show it, in their order."""
    own = [finding["curl"]] if finding["curl"] else []
    setup = finding.get("setup", [])
    note = [f"# {GONE}"] if setup else []
    return [*own, *note, *setup, *(exchange["curl"] for exchange in finding["exchanges"])]
