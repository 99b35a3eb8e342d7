"""The ledger of what a run reached, and what it says was not."""

import json
from collections import Counter

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.run.coverage import Ledger, unreached
from tests.conformance.answers import seen

STATED = document.load()
LONGEST_NAME = "S.createRole.body.name.maxLength"


def test_statuses_are_counted_by_operation_and_those_never_seen_are_0() -> None:
    ledger = Ledger(STATED)
    for asked in ("GET /api/roles", "GET /api/governance/roles", "HEAD /api/roles", "GET /api/nothing"):
        ledger.observe(seen(asked, 200))
    ledger.observe(seen("GET /api/roles", 429))

    operations = {entry["id"]: entry for entry in ledger.as_dict()["operations"]}

    assert operations["listRoles"]["statuses"] == {"200": 2, "400": 0, "401": 0, "403": 0, "500": 0, "503": 0}
    assert len(operations) == len(STATED.operations)
    assert operations["listRoles"]["profile"] == "extensions"


def test_a_constraint_has_its_place_and_both_counts() -> None:
    ledger = Ledger(STATED)
    ledger.note_accepted(LONGEST_NAME)
    ledger.note_refused(LONGEST_NAME)
    ledger.note_refused(LONGEST_NAME)

    entries = {entry["id"]: entry for entry in json.loads(json.dumps(ledger.as_dict()))["constraints"]}

    entry = entries[LONGEST_NAME]
    line = STATED.path.read_text(encoding="utf-8").splitlines()[entry.pop("line") - 1]
    assert line.strip() == "maxLength: 255"
    assert entry == {
        "id": LONGEST_NAME,
        "operation": "createRole",
        "pointer": "/components/schemas/RoleRequest/properties/name/maxLength",
        "keyword": "maxLength",
        "value": 255,
        "kept": 1,
        "broken": 2,
    }


def test_what_was_not_reached_is_told_with_its_reason() -> None:
    ledger = Ledger(STATED)
    before = unreached(ledger, ACCESS_PROFILES)
    for status in (200, 400, 401, 403):
        ledger.observe(seen("GET /api/roles", status))
    ledger.note_accepted(LONGEST_NAME)

    gone = Counter(gap.id for gap in before) - Counter(gap.id for gap in unreached(ledger, ACCESS_PROFILES))

    assert set(gone) == {LONGEST_NAME, *(f"S.listRoles.status.{s}" for s in (200, 400, 401, 403))}
    reasons = [gap.reason for gap in unreached(ledger, ACCESS_PROFILES) if gap.id == LONGEST_NAME]
    assert reasons == ["no request that broke `maxLength: 255` was refused for it"]
    assert "listRoles states the status 403, and no answer had it" in [gap.reason for gap in before]


def test_what_no_client_can_bring_about_is_no_gap() -> None:
    gaps = {gap.id for gap in unreached(Ledger(STATED), ACCESS_PROFILES)}

    assert not any(gap.endswith((".status.500", ".status.503")) for gap in gaps)


def test_gaps_are_those_of_the_claimed_profiles() -> None:
    operations = {gap.operation_id for gap in unreached(Ledger(STATED), ACCESS_PROFILES, {"core"})}

    assert operations == {"listAccessProfiles", "createAccessProfile", "getAccessProfile"}
