"""JUnit XML, for CI servers: one test case for each verdict."""

from typing import Any
from xml.etree import ElementTree as ET

from conformance.report.document import Document, shown, verdicts
from conformance.report.evidence import answer, headline

_COUNTERS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(document: Document) -> str:
    """Return the results as a JUnit document."""
    # What XML cannot hold, servers and fuzzers love to send: it is shown as an escape.
    document = shown(document)
    cases = [_case(verdict, strict=document["strict"]) for verdict in verdicts(document)]
    if document["obstacle"] is not None:
        cases.append(_obstacle(document["obstacle"]))
    suite = ET.Element("testsuite", name="conformance", tests=str(len(cases)))
    for tag, counter in _COUNTERS.items():
        suite.set(counter, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{document['totals']['seconds']:.3f}")
    suite.set("timestamp", document["started_at"])
    suite.set("hostname", document["label"] or document["target"])
    suite.extend(cases)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(verdict: dict[str, Any], *, strict: bool) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=verdict["operation"] or "every operation",
        name=f"{verdict['id']} {verdict['text']}",
        time=f"{verdict['seconds']:.3f}",
    )
    status = verdict["status"]
    match status:
        case "SKIP":
            ET.SubElement(case, "skipped", message=verdict["reason"])
        case "XFAIL":
            entry = verdict["expected_failure"]
            message = f"fails as expected: {entry['reason']} ({entry['owner']}, until {entry['expires']})"
            ET.SubElement(case, "skipped", message=message)
        case "NOT_REACHED" | "ERROR":
            ET.SubElement(case, "error", type=status, message=verdict["reason"])
        case "XPASS":
            ET.SubElement(case, "failure", type=status, message=verdict["reason"])
        case "FAIL" | "WARN":
            evidence = "\n\n".join(_evidence(finding) for finding in verdict["findings"])
            if status == "FAIL" or strict:
                message = "; ".join(headline(finding) for finding in verdict["findings"])
                ET.SubElement(case, "failure", type=verdict["level"], message=message).text = evidence
            else:
                ET.SubElement(case, "system-out").text = evidence
        case _:
            pass
    return case


def _obstacle(reason: str) -> ET.Element:
    case = ET.Element("testcase", classname="preflight", name="the server can be checked")
    ET.SubElement(case, "error", type="NOT_REACHED", message=reason)
    return case


def _evidence(finding: dict[str, Any]) -> str:
    lines = [headline(finding), *finding["steps"], *([finding["curl"]] if finding["curl"] else [])]
    for exchange in finding["exchanges"]:
        lines += [exchange["curl"], f"  -> {answer(exchange)}"]
    return "\n".join(lines)
