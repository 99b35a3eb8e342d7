"""Random histories: what a sound server passes, and how a fault of a combination is found and told."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.http.deadline import Deadline
from conformance.model import attribution
from conformance.model.explore import Exploration, Scope, attempt, explore, shortest
from conformance.model.history import History, Step
from conformance.model.holdings import HoldingHistory
from conformance.model.machines import Machine, PeopleMachine, TemplateMachine
from conformance.model.phase import Histories
from conformance.model.templates import TemplateHistory
from conformance.run.clean_up import clean_up
from conformance.run.coverage import Ledger
from conformance.run.plan import Plan, Run
from conformance.run.session import Workspace
from conformance.run.verdict import Status, Verdict
from conformance.runner import planned
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from tests.conformance.conftest import Breakable
from tests.conformance.model import seeded_faults as faults

Kind = tuple[type[Machine], type[TemplateHistory], int]
"""The machine, its histories, and how many steps they have."""

TEMPLATES: Kind = (TemplateMachine, TemplateHistory, 15)
PEOPLE: Kind = (PeopleMachine, HoldingHistory, 25)
BUDGETS = [{"max_limit": 5, "reset_duration": "1d"}]


@pytest.fixture(scope="module")
def plan(breakable: Breakable) -> Plan:
    return planned(document.load(), breakable.target, 1)


@pytest.fixture
def workspace(plan: Plan) -> Iterator[Workspace]:
    with Workspace(plan.contract, plan.target, plan.seed) as opened:
        yield opened
        clean_up(opened, ACCESS_PROFILES)


class Search:
    """Histories of one kind against the server. It keeps each."""

    def __init__(self, workspace: Workspace, kind: Kind) -> None:
        self.machine, self.history, self.steps = kind
        self.workspace = workspace
        self.begun: list[History] = []

    def begin(self) -> History:
        self.begun.append(self.history(self.workspace.session("model")))
        return self.begun[-1]

    def run(self, seed: int, histories: int) -> Exploration:
        scope = Scope(seed, histories, self.steps)
        return explore(self.machine, self.begin, scope, Deadline.within(None))


def decided(plan: Plan, seconds: float | None = None, **changes: object) -> dict[str, Verdict]:
    verdicts: list[Verdict] = []
    changed = replace(plan, **changes)  # type: ignore[arg-type]
    with Workspace(changed.contract, changed.target, changed.seed) as workspace:
        Histories().run(
            Run(changed, workspace, Ledger(plan.contract), verdicts.append, Deadline.within(seconds))
        )
    return {verdict.id: verdict for verdict in verdicts}


# A sound server


@pytest.mark.parametrize("kind", [TEMPLATES, PEOPLE], ids=["templates", "people"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_sound_server_contradicts_no_clause(seed: int, kind: Kind, workspace: Workspace) -> None:
    found = Search(workspace, kind).run(seed, 2)

    assert (found.failure, found.obstacle) == (None, None)
    assert found.histories >= 1


def test_one_seed_draws_the_same_histories_again(workspace: Workspace) -> None:
    first, second = Search(workspace, TEMPLATES), Search(workspace, TEMPLATES)
    first.run(7, 1)
    second.run(7, 1)

    assert [h.lines for h in first.begun] == [h.lines for h in second.begun]
    assert any(history.lines for history in first.begun)


def test_what_the_strict_profile_decides_is_open_when_it_is_not_claimed(
    breakable: Breakable, plan: Plan
) -> None:
    async def tells_the_oldest_first_and_no_tags(request: Request, inner: Inner, state: State) -> Response:
        response = (await inner(request)).with_header("etag", None)
        if request.operation_id == "listAccessProfileVersions" and response.status == 200:
            return response.with_json({"versions": response.json["versions"][::-1]})
        return response

    asked = replace(plan, only=frozenset({"MODEL.templates"}))
    with breakable.broken(tells_the_oldest_first_and_no_tags):
        claimed = decided(asked)
        unclaimed = decided(asked, profiles=plan.profiles - {"strict"})

    assert claimed["MODEL.templates"].status is Status.FAIL
    assert unclaimed["MODEL.templates"].status is Status.PASS, unclaimed


# Faults


@pytest.mark.parametrize(
    ("fault", "kind", "clause_id"),
    [
        (faults.an_update_of_a_clone_reaches_its_source, TEMPLATES, "AP-CRE-001"),
        (faults.a_version_is_skipped_after_deactivating, TEMPLATES, "AP-UPD-001"),
        (faults.a_propagation_forgets_the_third_copy, PEOPLE, "AP-PRO-001"),
    ],
    ids=["clone", "version", "third copy"],
)
def test_a_fault_of_a_combination_is_found(
    fault: Fault, kind: Kind, clause_id: str, breakable: Breakable, workspace: Workspace
) -> None:
    with breakable.broken(fault):
        # A seed that comes upon each of them soon.
        found = Search(workspace, kind).run(2, 12)

    assert found.obstacle is None
    assert found.failure is not None
    assert found.failure.contradiction.clause_id == clause_id


STAFF = (
    Step("create", {"label": "p1", "name": "a", "fields": {"budgets": BUDGETS}}),
    Step("create_role", {"label": "r1", "name": "a"}),
    Step("create_role", {"label": "r2", "name": "b"}),
    Step("attach", {"profile": "p1", "roles": ["r1", "r2"]}),
    Step("create_user", {"user": "u1", "role": "r1"}),
    Step("create_user", {"user": "u2", "role": "r2"}),
    Step("attach", {"profile": "p1", "roles": ["r1", "r2"], "apply": True}),
)
"""Two users hold the same template, each by a role of their own."""

U1 = {"user": "u1", "profile": "p1"}


@pytest.mark.parametrize(
    ("fault", "steps", "clause_id"),
    [
        (
            faults.a_user_who_changed_role_is_counted_for_ever,
            (
                Step("change_role", {"user": "u1", "role": "r2"}),
                Step("assign", U1),
                Step("delete_user", {"user": "u1"}),
            ),
            "USR-DEL-001",
        ),
        (
            faults.detaching_a_role_takes_what_another_gave,
            (Step("detach", {"profile": "p1", "role": "r1"}),),
            "AP-DET-003",
        ),
        (
            faults.a_removed_override_comes_back_with_a_propagation,
            (
                Step("set_override", {**U1, "number": 0, "amount": 5}),
                Step("clear_override", {**U1, "number": 0}),
                Step("propagate", {"profile": "p1", "fields": ["rate_limit"]}),
            ),
            "AP-PRO-001",
        ),
    ],
    ids=["ghost", "detach", "override"],
)
def test_a_fault_of_people_is_seen_in_a_history_that_comes_upon_it(
    fault: Fault, steps: tuple[Step, ...], clause_id: str, breakable: Breakable, workspace: Workspace
) -> None:
    begin = Search(workspace, PEOPLE).begin
    sound = attempt(begin, STAFF + steps)
    with breakable.broken(fault):
        broken = attempt(begin, STAFF + steps)

    assert sound.failure is None
    assert broken.failure is not None
    assert broken.failure.contradiction.clause_id == clause_id, broken.failure.contradiction


def test_a_finding_tells_the_shortest_calls_that_lead_to_it(breakable: Breakable, plan: Plan) -> None:
    with breakable.broken(faults.a_refused_update_leaves_an_audit_row):
        verdict = decided(plan, only=frozenset({"MODEL.templates"}))["MODEL.templates"]

    assert verdict.status is Status.FAIL
    [finding] = verdict.findings
    create, update, read = finding.steps
    assert create.startswith("createAccessProfile name=")
    assert " -> 201 (p" in create
    assert update.endswith("If-Match=stale -> 412")
    assert read.endswith("/audit-logs?limit=100 -> 200")
    assert "AP-AUD-002: A refused request makes no row." in finding.expected
    assert finding.actual == "create, update"
    assert finding.exchanges
    clause = plan.contract.clause("AP-AUD-002")
    assert clause is not None
    assert (finding.pointer, verdict.line) == (clause.pointer, clause.line)


def test_what_is_not_seen_again_is_told_with_both_histories(breakable: Breakable, plan: Plan) -> None:
    async def once(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if request.operation_id == "cloneAccessProfile" and "seen" not in state.memory:
            state.memory["seen"] = True
            return refusal(500)
        return response

    with breakable.broken(once):
        verdict = decided(plan, only=frozenset({"MODEL.templates"}))["MODEL.templates"]

    assert verdict.status is Status.FAIL
    first, second = verdict.findings
    assert first.steps[-1].startswith("cloneAccessProfile")
    assert first.steps[-1].endswith("-> 500")
    assert "not deterministic" in second.expected
    assert second.steps[: len(first.steps) - 1] == first.steps[:-1]


def test_a_short_time_for_shrinking_is_kept(breakable: Breakable, workspace: Workspace) -> None:
    search = Search(workspace, TEMPLATES)
    with breakable.broken(faults.a_refused_update_leaves_an_audit_row):
        failure = search.run(1, 12).failure
        assert failure is not None
        before = len(search.begun)
        found = shortest(failure, search.begin, Deadline.within(0))

    assert found.steps == failure.steps
    assert len(search.begun) - before <= 2


# No verdict


def test_too_little_time_is_no_verdict(plan: Plan) -> None:
    verdicts = decided(plan, 0)

    assert list(verdicts) == Histories().ids(plan.contract)
    assert {verdict.status for verdict in verdicts.values()} == {Status.NOT_REACHED}


def test_a_server_that_is_gone_is_no_verdict(plan: Plan, no_listener: str) -> None:
    verdicts = decided(plan, target=replace(plan.target, root=no_listener))

    assert {verdict.status for verdict in verdicts.values()} == {Status.NOT_REACHED}
    assert verdicts["MODEL.people"].reason == "the server stopped answering (ConnectError)"


def test_without_users_the_histories_are_of_templates_alone(plan: Plan) -> None:
    profiles = plan.profiles - {"extensions"}
    verdicts = decided(plan, 0, profiles=profiles, skips={"extensions": "there are no roles"})

    assert verdicts["MODEL.people"].status is Status.SKIP
    assert verdicts["MODEL.people"].reason == "there are no roles"


def test_every_clause_that_can_be_named_is_in_the_contract(plan: Plan) -> None:
    assert attribution.cited() <= {clause.id for clause in plan.contract.clauses}


def test_a_bug_of_the_model_is_no_verdict_on_the_server(workspace: Workspace) -> None:
    class Buggy(TemplateHistory):
        def observe(self) -> None:
            raise ZeroDivisionError

    found = Search(workspace, (TemplateMachine, Buggy, 15)).run(1, 3)

    assert isinstance(found.obstacle, ZeroDivisionError)
    assert not isinstance(found.obstacle, httpx.TransportError)
