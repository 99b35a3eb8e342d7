"""JUnit XML, for CI servers: one test case for each clause, and one for each operation's schemas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from conformance.verdict import Status

if TYPE_CHECKING:
    from conformance.results import Results
    from conformance.verdict import Finding, Verdict

# What XML 1.0 cannot hold, and what servers and fuzzers love to send.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(results: Results) -> str:
    """The results as a JUnit document."""
    cases = [_case(verdict, strict=results.plan.strict) for verdict in results.verdicts]
    if results.obstacle is not None:
        cases.append(_obstacle(results.obstacle))
    suite = ET.Element("testsuite", name="conformance", tests=str(len(cases)))
    for tag in ("failure", "error", "skipped"):
        count = sum(case.find(tag) is not None for case in cases)
        suite.set({"failure": "failures", "error": "errors"}.get(tag, tag), str(count))
    suite.set("time", f"{(results.ended - results.begun).total_seconds():.3f}")
    suite.set("timestamp", results.begun.isoformat(timespec="seconds"))
    suite.extend(cases)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{results.plan.target.redactor.text(text)}\n'


def _case(verdict: Verdict, *, strict: bool) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=verdict.operation_id or "every operation",
        name=_clean(f"{verdict.id} {verdict.text}"),
        time=f"{verdict.seconds:.3f}",
    )
    match verdict.status:
        case Status.SKIP | Status.XFAIL:
            ET.SubElement(case, "skipped", message=_clean(verdict.reason))
        case Status.NOT_REACHED | Status.ERROR:
            ET.SubElement(case, "error", type=verdict.status, message=_clean(verdict.reason))
        case Status.FAIL | Status.WARN:
            tag = "failure" if verdict.status is Status.FAIL or strict else "system-out"
            shown = ET.SubElement(case, tag)
            shown.text = _clean("\n\n".join(_evidence(finding) for finding in verdict.findings))
            if tag == "failure":
                shown.set("type", verdict.level)
                shown.set("message", _clean("; ".join(_headline(finding) for finding in verdict.findings)))
        case _:
            pass
    return case


def _obstacle(reason: str) -> ET.Element:
    case = ET.Element("testcase", classname="preflight", name="the server can be checked")
    ET.SubElement(case, "error", type=Status.NOT_REACHED, message=_clean(reason))
    return case


def _headline(finding: Finding) -> str:
    code = f"{finding.code} " if finding.code else ""
    return f"{code}expected {finding.expected}, got {finding.actual}"


def _evidence(finding: Finding) -> str:
    lines = [_headline(finding), *([finding.curl] if finding.curl else [])]
    for exchange in finding.exchanges:
        lines += [exchange.curl(), f"  -> {exchange.answer()}"]
    return "\n".join(lines)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
