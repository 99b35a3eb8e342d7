"""Documents like `results.json`, of every kind that a run can come to, made from the real contract."""

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from conformance.contract import document as contract
from conformance.http.target import Target
from conformance.report.document import Document
from conformance.run.coverage import Ledger
from conformance.run.residue import Residue
from conformance.run.results import PhaseRecord, Results
from conformance.run.verdict import Status, Verdict
from conformance.runner import planned

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title></style></pre>-->]]>",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe\u2066",
    "\x00\x08\ufffe\ud800",
    "| a | b |\n|---|---|\n```\n# heading\n",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    '\'; rm -rf ~ # "$(id)" `id`',
    "[link](javascript:alert(1)) @everyone #1 <!-- ",
    "Zoë 🧑‍🚀 שלום",
)

_STATED = contract.load()
_KEYWORDS = (
    ("maxLength", 255),
    ("minLength", 1),
    ("pattern", "^[^/]+$"),
    ("minimum", 0),
    ("enum", ["1d", "1M"]),
)


def document(**changes: Any) -> Document:
    """Return a whole run in which everything passed, with 500 derived checks, and with other members."""
    made: Document = json.loads(_everything())
    made["derived"] = made["derived"][:500]
    return _summed({**made, **changes}, 0, "The server conforms.")


def clause_line(clause_id: str) -> int:
    """Return where a clause stands in the contract."""
    return next(clause.line for clause in _STATED.clauses if clause.id == clause_id)


def passed() -> Document:
    """Return a run in which everything passed."""
    return document()


def failed() -> Document:
    """Return a run with some of everything.

    Failures with evidence, warnings, skips, expected failures, an unreached clause.
    """
    made = document(label="Staging gateway")
    by_id = {verdict["id"]: verdict for verdict in made["clauses"]}
    _fail(by_id["AP-CRE-006"], finding(creation(409), steps=["POST /api/access-profiles, 20 times at once"]))
    _fail(by_id["AP-GET-001"], finding(_exchange("GET", "/api/access-profiles/17", None, 200, '{"id": 17}')))
    _fail(by_id["ERR-002"], finding(creation(400)), finding(creation(500)))
    warned = next(verdict for verdict in made["clauses"] if verdict["level"] == "SHOULD")
    _fail(warned, finding(creation(201)), status="WARN")
    reason = "no second page came about: the list holds fewer than 3 rows"
    made["clauses"][40].update(status="NOT_REACHED", reason=reason)
    for verdict in made["clauses"]:
        if verdict["profile"] in ("users", "extensions"):
            reason = "the server has no roles and users as resources: GET /api/roles is answered 404"
            verdict.update(status="SKIP", reason=reason, requests=0, seconds=0.0)
    expected, stale = [verdict for verdict in made["clauses"] if verdict["status"] == "PASS"][60:62]
    _fail(expected, finding(creation(201)), status="XFAIL")
    reason = "the proxy answers before us (GW-212)"
    entry = {"reason": reason, "owner": "gateway team", "expires": "2027-03-31"}
    expected["expected_failure"] = entry
    _expect(stale, {**entry, "reason": "was mended in 2.4"})
    _fail(made["derived"][3], finding(creation(201), code="ST202"), finding(creation(500), code="ST200"))
    made["derived"][7].update(status="NOT_REACHED", reason="the phase had no time left for it")
    skipped = dict.fromkeys(("users", "extensions"), "the server has no roles and users as resources")
    made["profiles"] = {
        "claimed": [name for name in made["profiles"]["claimed"] if name not in skipped],
        "skipped": skipped,
    }
    made["phases"][3].update(status="cut short", reason="its 20 seconds were over")
    made["left_behind"].update(users=2, roles=None)
    return _summed(made, 1, "The server does not conform.")


def blocked() -> Document:
    """Return a run in which nothing could be checked."""
    obstacle = "Nothing listens at http://127.0.0.1:9. Start the server, or give its URL."
    made = document(clauses=[], derived=[], coverage=None, obstacle=obstacle)
    made["phases"] = [{**made["phases"][0], "requests": 1}]
    return _summed(made, 3, obstacle)


def broken() -> Document:
    """Return a run in which a check itself failed."""
    made = document()
    made["clauses"][5].update(status="ERROR", reason="the check itself failed: KeyError: 'id'")
    return _summed(made, 4, "No verdict: the suite itself failed. Please report it.")


def stale() -> Document:
    """Return a run in which all is well, but for the list of expected failures."""
    made = document()
    _expect(made["clauses"][9], {"reason": "mended long ago", "owner": "QA", "expires": "2026-01-01"})
    return _summed(made, 5, "The file of expected failures is out of date: correct it.")


def hostile(text: str = "".join(HOSTILE)) -> Document:
    """Return a run in which all that a server or a user can choose is `text`."""
    made = document(target=f"http://host/{text}", label=text)
    shown = _exchange("POST", f"/api/{text}", text, 201, text)
    shown["request"]["headers"].append(["X-Sent", text])
    shown["response"]["headers"].append(["X-Answered", text])
    shown["curl"] = f"curl {text}"
    found = finding(shown, code="ST202", steps=[text, text])
    found.update(expected=text, actual=text, curl=text, pointer=text)
    for verdict in made["clauses"][:3]:
        _fail(verdict, found)
    made["clauses"][1]["text"] = text
    made["clauses"][2].update(
        status="XFAIL", expected_failure={"reason": text, "owner": text, "expires": "2030-01-01"}
    )
    made["clauses"][4].update(status="SKIP", reason=text)
    made["clauses"][5].update(status="ERROR", reason=text)
    made["clauses"][6].update(status="NOT_REACHED", reason=text)
    made["profiles"]["skipped"] = {text: text}
    made["phases"][2].update(status="cut short", reason=text)
    made["coverage"]["constraints"][0]["value"] = text
    made["left_behind"].update(users=1, name_prefix=text)
    return _summed(made, 4, "No verdict: the suite itself failed. Please report it.")


def long_bodies() -> Document:
    """Return a run in which every fourth clause failed, with three exchanges of the longest bodies kept."""
    made = document()
    exchange = _exchange("POST", "/api/access-profiles", "x" * 4096, 201, "<&\x00>" * 1024)
    for verdict in made["clauses"][::4]:
        _fail(verdict, finding(*[exchange] * 3))
    return _summed(made, 1, "The server does not conform.")


def thousands() -> Document:
    """Return a run with 2,000 derived checks, some of which failed."""
    made = document(derived=json.loads(_everything())["derived"])
    for verdict in made["derived"][::100]:
        _fail(verdict, finding(creation(500), code="ST200"))
    return _summed(made, 1, "The server does not conform.")


def short_of_time() -> Document:
    """Return a run in which 50 clauses were not reached for one reason."""
    made = document()
    for verdict in made["clauses"][:50]:
        verdict.update(status="NOT_REACHED", reason="no time was left")
    return made


ALL = {
    made.__name__: made for made in (passed, failed, blocked, broken, stale, hostile, long_bodies, thousands)
}


def finding(
    *exchanges: dict[str, Any], code: str | None = None, steps: list[str] | None = None
) -> dict[str, Any]:
    """Return a finding that these exchanges show."""
    status = exchanges[-1]["response"]["status"] if exchanges else "nothing"
    return {
        "expected": "201 with an `access_profile` whose name is the one that was sent",
        "actual": f"{status} with another name",
        "code": code,
        "pointer": "/paths/~1access-profiles/post/responses/201" if code else None,
        "steps": steps or [],
        "curl": None if exchanges else "curl -i http://127.0.0.1:8080/api/access-profiles",
        "exchanges": list(exchanges),
    }


def creation(status: int) -> dict[str, Any]:
    """Return the exchange of a creation that is answered with that status."""
    body = '{"name": "cf-1f3a Translator", "budgets": [{"max_limit": 20, "reset_duration": "1M"}]}'
    answer = (
        '{"access_profile":{"id":17,"name":"cf-1f3a translator","tags":["eu"],"is_active":false,"version":1,'
        '"budgets":[{"id":4,"max_limit":20,"reset_duration":"1M","calendar_aligned":false}],"user_count":0},'
        '"message":"made by \\"QA\\""}'
    )
    return _exchange("POST", "/api/access-profiles", body, status, answer)


@cache
def _everything() -> str:
    """Return a run in which everything passed, with 2,000 derived checks, as JSON."""
    names = ("preflight", "probe", "boundary", "fuzz", "model", "race", "raw", "clean-up")
    begun = datetime(2026, 11, 25, 3, tzinfo=UTC)
    made = Results(
        planned(_STATED, Target("http://127.0.0.1:8080", {"admin": "bfst-key"}), 7),
        (*_clauses(), *map(_derived, range(2000))),
        tuple(PhaseRecord(name, "done", budget=20.0, seconds=1.25, requests=300) for name in names),
        Ledger(_STATED),
        None,
        begun,
        begun + timedelta(seconds=41.2),
        Residue(dict.fromkeys(("users", "roles", "profiles", "api_keys"), 0)),
        "cf-1f3a",
        300 * len(names),
    ).as_dict()
    made["coverage"] = _reached(made)
    return json.dumps(made)


def _clauses() -> list[Verdict]:
    source = random.Random(1)
    return [
        Verdict(
            each.id,
            Status.PASS,
            each.level,
            each.profile,
            each.text,
            each.operation_id,
            each.line,
            requests=source.randint(1, 30),
            seconds=source.expovariate(20),
            pointer=each.pointer,
        )
        for each in _STATED.clauses
    ]


def _derived(index: int) -> Verdict:
    """Return a derived verdict; they are spread over the operations."""
    place, operation = divmod(index, len(_STATED.operations))
    of = _STATED.operations[operation]
    keyword, value = _KEYWORDS[index % len(_KEYWORDS)]
    name = f"S.{of.id}.body.field_{place}.{keyword}"
    text = f"A body whose `field` breaks {keyword} {value!r} is refused; one that just keeps it is not."
    verdict = Verdict(
        name, Status.PASS, "MUST", "schema", text, of.id, of.line, phase="boundary", derived=True
    )
    return replace(verdict, requests=2, seconds=0.0123, pointer="/paths")


def _reached(made: Document) -> dict[str, Any]:
    """Return what was reached of the real contract, and of the 500 first derived checks: most of it."""
    operations = made["coverage"]["operations"]
    for index, operation in enumerate(operations):
        operation["path"] = f"/api{operation['path']}"
        for code in operation["statuses"]:
            times = 0 if code in ("500", "503", "413") else (index * 7 + int(code)) % 90 + 1
            operation["statuses"][code] = times
    constraints = [
        {name: verdict[name] for name in ("id", "operation", "pointer", "line")}
        | {"keyword": verdict["id"].rpartition(".")[2], "value": 255}
        | {"kept": 3 if index % 9 else 0, "broken": 2 if index % 14 else 0}
        for index, verdict in enumerate(made["derived"][:500])
    ]
    return {"operations": operations, "constraints": constraints}


def _fail(verdict: dict[str, Any], *findings: dict[str, Any], status: str = "FAIL") -> None:
    verdict.update(
        status=status,
        reason="",
        findings=list(findings),
        rerun=f"conformance check http://127.0.0.1:8080 --only {verdict['id']} --seed 7",
        replay=f"conformance replay {verdict['id']}",
    )


def _expect(verdict: dict[str, Any], entry: dict[str, str]) -> None:
    reason = "it was expected to fail, and passes: take it out of the file of expected failures"
    verdict.update(status="XPASS", reason=reason, expected_failure=entry)


def _exchange(method: str, path: str, body: str | None, status: int, answer: str) -> dict[str, Any]:
    url = f"http://127.0.0.1:8080{path}"
    data = "" if body is None else f" -H 'Content-Type: application/json' --data-binary '{body}'"
    sent = [["Authorization", "Bearer $KEY"], ["Content-Type", "application/json"]]
    came = [["content-type", "application/json"], ["etag", '"v1-5f2c9a"'], ["x-request-id", "0198c1e2-7d44"]]
    return {
        "request": {"method": method, "url": url, "headers": sent, "body": body, "octets": len(body or "")},
        "response": {"status": status, "headers": came, "body": answer},
        "seconds": 0.0123,
        "curl": f'curl -i -X {method} -H "Authorization: Bearer $KEY"{data} {url}',
    }


def _summed(made: Document, exit_code: int, sentence: str) -> Document:
    claimed = [verdict for verdict in made["clauses"] if verdict["status"] != "SKIP"]
    passes = sum(verdict["status"] == "PASS" for verdict in claimed)
    made.update(exit_code=exit_code, sentence=sentence)
    made["totals"] = {
        "clauses": len(made["clauses"]),
        "claimed": len(claimed),
        "passed": passes,
        "index": f"{len(claimed)}/{len(made['clauses'])}",
        "score": f"{passes}/{len(claimed)}",
        "statuses": dict(Counter(verdict["status"] for verdict in made["clauses"] + made["derived"])),
        "requests": sum(each["requests"] for each in made["phases"]),
        "seconds": 41.2,
    }
    return made
