"""Documents like `results.json`, of every kind that a run can come to, made from the real contract."""

import random
from collections import Counter
from typing import Any

from conformance.contract import document as contract
from conformance.contract.document import Contract, Operation
from conformance.report.document import Document

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
    """Return a whole run in which everything passed, with members replaced by `changes`."""
    random_source = random.Random(1)
    clauses = [_clause(index, random_source) for index in range(len(_STATED.clauses))]
    made = _document(clauses, derived(500), coverage())
    made.update(changes)
    return made


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
    unreached = by_id["AP-LIST-003"] if "AP-LIST-003" in by_id else made["clauses"][40]
    unreached.update(
        status="NOT_REACHED", reason="no second page came about: the list holds fewer than 3 rows"
    )
    for verdict in made["clauses"]:
        if verdict["profile"] in ("users", "extensions"):
            reason = "the server has no roles and users as resources: GET /api/roles is answered 404"
            verdict.update(status="SKIP", reason=reason, requests=0, seconds=0.0)
    expected, stale = [verdict for verdict in made["clauses"] if verdict["status"] == "PASS"][60:62]
    _fail(expected, finding(creation(201)), status="XFAIL")
    entry = {
        "reason": "the proxy answers before us (GW-212)",
        "owner": "gateway team",
        "expires": "2027-03-31",
    }
    expected["expected_failure"] = entry
    _expect(stale, {**entry, "reason": "was mended in 2.4"})
    _fail(made["derived"][3], finding(creation(201), code="ST202"), finding(creation(500), code="ST200"))
    made["derived"][7].update(status="NOT_REACHED", reason="the phase had no time left for it")
    skipped = dict.fromkeys(("users", "extensions"), "the server has no roles and users as resources")
    made["profiles"] = {
        "claimed": [name for name in _STATED.profiles if name not in skipped],
        "skipped": skipped,
    }
    made["phases"][3].update(status="cut short", reason="its 20 seconds were over")
    made["left_behind"].update(users=2, roles=None)
    return _summed(made, 1, "The server does not conform.")


def blocked() -> Document:
    """Return a run in which nothing could be checked."""
    obstacle = "Nothing listens at http://127.0.0.1:9. Start the server, or give its URL."
    made = _document([], [], None)
    made["phases"] = [phase("preflight", requests=1)]
    made["obstacle"] = obstacle
    return _summed(made, 3, obstacle)


def broken() -> Document:
    """Return a run in which a check itself failed."""
    made = document()
    reason = "the check itself failed: KeyError: 'id'"
    made["clauses"][5].update(status="ERROR", reason=reason)
    return _summed(made, 4, "No verdict: the suite itself failed. Please report it.")


def stale() -> Document:
    """Return a run in which all is well, but for the list of expected failures."""
    made = document()
    entry = {"reason": "mended long ago", "owner": "QA", "expires": "2026-01-01"}
    _expect(made["clauses"][9], entry)
    return _summed(made, 5, "The file of expected failures is out of date: correct it.")


def hostile(text: str = "".join(HOSTILE)) -> Document:
    """Return a run in which all that a server or a user can choose is `text`."""
    made = document(target=f"http://host/{text}", label=text)
    shown = _exchange("POST", f"/api/{text}", text, 201, text)
    shown["request"]["headers"].append(["X-Sent", text])
    shown["response"]["headers"].append(["X-Answered", text])
    shown["curl"] = f"curl {text}"
    found = {
        **finding(shown, code="ST202", steps=[text, text]),
        "expected": text,
        "actual": text,
        "curl": text,
    }
    found["pointer"] = text
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
    for verdict in made["clauses"][::4]:
        _fail(
            verdict,
            finding(*[_exchange("POST", "/api/access-profiles", "x" * 4096, 201, "<&\x00>" * 1024)] * 3),
        )
    return _summed(made, 1, "The server does not conform.")


def thousands() -> Document:
    """Return a run with 2,000 derived checks, some of which failed."""
    made = document(derived=derived(2000))
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


def derived(count: int) -> list[dict[str, Any]]:
    """So many derived verdicts, spread over the operations."""
    operations = _STATED.operations
    made = []
    for index in range(count):
        operation = operations[index % len(operations)]
        keyword, value = _KEYWORDS[index % len(_KEYWORDS)]
        name = f"S.{operation.id}.body.field_{index // len(operations)}.{keyword}"
        text = f"A body whose `field` breaks {keyword} {value!r} is refused; one that just keeps it is not."
        made.append(_verdict(name, "MUST", "schema", text, operation.id, operation.line, "boundary"))
    return made


def coverage() -> dict[str, Any]:
    """Return what was reached of the real contract: most of it."""
    return {
        "operations": [
            {
                "id": operation.id,
                "method": operation.method,
                "path": f"/api{operation.path}",
                "line": operation.line,
                "profile": _STATED.profile_of(operation.id),
                "statuses": {
                    code: 0 if code in ("500", "503", "413") else (index * 7 + int(code)) % 90 + 1
                    for code in _responses(_STATED, operation)
                },
            }
            for index, operation in enumerate(_STATED.operations)
        ],
        "constraints": [
            {
                "id": verdict["id"],
                "operation": verdict["operation"],
                "pointer": verdict["pointer"],
                "line": verdict["line"],
                "keyword": verdict["id"].rpartition(".")[2],
                "value": 255,
                "kept": 3 if index % 9 else 0,
                "broken": 2 if index % 14 else 0,
            }
            for index, verdict in enumerate(derived(500))
        ],
    }


def phase(name: str, **changes: Any) -> dict[str, Any]:
    """Return a phase that was done."""
    made = {"name": name, "status": "done", "reason": "", "budget": 20.0, "seconds": 1.25, "requests": 300}
    return {**made, **changes}


def _responses(stated: Contract, operation: Operation) -> list[str]:
    node = stated.document["paths"][operation.path][operation.method.lower()]
    return [code for code in node["responses"] if code != "default"]


def _clause(index: int, random_source: random.Random) -> dict[str, Any]:
    clause = _STATED.clauses[index]
    made = _verdict(
        clause.id, clause.level, clause.profile, clause.text, clause.operation_id, clause.line, "probe"
    )
    made.update(pointer=clause.pointer, requests=random_source.randint(1, 30))
    made["seconds"] = round(random_source.expovariate(20), 4)
    return made


def _verdict(
    name: str, level: str, profile: str, text: str, operation: str | None, line: int, phase_name: str
) -> dict[str, Any]:
    return {
        "id": name,
        "level": level,
        "profile": profile,
        "text": text,
        "operation": operation,
        "line": line,
        "pointer": "/paths",
        "phase": phase_name,
        "status": "PASS",
        "reason": "",
        "requests": 2,
        "seconds": 0.0123,
        "findings": [],
        "rerun": None,
        "replay": None,
        "expected_failure": None,
    }


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
    return {
        "request": {
            "method": method,
            "url": url,
            "headers": [["Authorization", "Bearer $KEY"], ["Content-Type", "application/json"]],
            "body": body,
            "octets": len(body or ""),
        },
        "response": {
            "status": status,
            "headers": [
                ["content-type", "application/json"],
                ["etag", '"v1-5f2c9a"'],
                ["x-request-id", "0198c1e2-7d44"],
            ],
            "body": answer,
        },
        "seconds": 0.0123,
        "curl": f'curl -i -X {method} -H "Authorization: Bearer $KEY"{data} {url}',
    }


def _document(
    clauses: list[dict[str, Any]], derived_ones: list[dict[str, Any]], reached: dict[str, Any] | None
) -> Document:
    made: Document = {
        "schema_version": 2,
        "suite": {"version": "0.2.0", "schemathesis": "4.32.5", "hypothesis": "6.170.15", "python": "3.11.7"},
        "contract": {
            "title": _STATED.title,
            "version": _STATED.version,
            "sha256": _STATED.sha256,
            "file": _STATED.path.name,
        },
        "target": "http://127.0.0.1:8080",
        "label": None,
        "mode": "standard",
        "read_only": False,
        "strict": False,
        "seed": 7,
        "started_at": "2026-11-25T03:00:00Z",
        "finished_at": "2026-11-25T03:00:41Z",
        "profiles": {"claimed": list(_STATED.profiles), "skipped": {}},
        "exit_code": 0,
        "sentence": "",
        "obstacle": None,
        "totals": {},
        "phases": [
            phase(name)
            for name in ("preflight", "probe", "boundary", "fuzz", "model", "race", "raw", "clean-up")
        ],
        "coverage": reached,
        "left_behind": {"users": 0, "roles": 0, "profiles": 0, "api_keys": 0, "name_prefix": "cf-1f3a"},
        "clauses": clauses,
        "derived": derived_ones,
    }
    return _summed(made, 0, "The server conforms.")


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
