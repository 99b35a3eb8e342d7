"""cloneAccessProfile, on every backend."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from handlers.access_profiles import (
    activate_access_profile,
    clone_access_profile,
    deactivate_access_profile,
    get_access_profile,
)
from handlers.context import Context, Principal
from handlers.contract_types import AccessProfile, CloneProfileRequest, CreateAccessProfileRequest
from handlers.history import list_access_profile_versions
from handlers.role_attachments import attach_roles_to_access_profile
from handlers.roles import create_role
from tests.handlers.kept import log
from tests.handlers.samples import FULL, NOW, create, create_named, read
from tests.handlers.world import HELD, build

SOURCE: CreateAccessProfileRequest = {**FULL, "tags": [f"t{number}" for number in range(51)]}


def clone(context: Context, source_id: int, name: str = "Clone") -> AccessProfile:
    return clone_access_profile(context, source_id, {"name": name}).body["access_profile"]


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_ids(member) for name, member in value.items() if name != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def line_ids(profile: AccessProfile) -> set[str]:
    """Return the ids of all budgets and rate limits."""
    return set(re.findall(r'"id": "([^"]+)"', json.dumps(profile)))


def test_a_clone_is_what_creating_it_would_have_made(context: Context) -> None:
    source = create(context, SOURCE)
    later = replace(context, now=NOW.replace(hour=13))

    found = clone(later, source["id"])

    assert without_ids(found) == {**without_ids(create(later, {**SOURCE, "name": "Twin"})), "name": "Clone"}
    assert read(context, found["id"])["access_profile"] == found


def test_every_line_of_a_clone_has_an_id_of_its_own(context: Context) -> None:
    source = create(context, SOURCE)

    found = clone(context, source["id"])

    assert (found["id"], [config["id"] for config in found["provider_configs"]]) == (2, [3, 4])
    assert len(line_ids(found)) == len(line_ids(source)) == 5
    assert line_ids(found).isdisjoint(line_ids(source))


def test_windows_of_a_clone_begin_with_it(context: Context) -> None:
    source = create(context, {"name": "a", "budgets": [{"max_limit": 1, "reset_duration": "1h"}]})

    found = clone(replace(context, now=NOW.replace(hour=13)), source["id"])

    assert found["budgets"][0]["last_reset"] == found["created_at"] == "2026-05-13T13:41:07.250000Z"


def test_a_clone_of_what_was_deactivated_becomes_active_with_its_first_role(context: Context) -> None:
    [source_id] = create_named(context, "Analyst")
    activate_access_profile(context, source_id)
    deactivate_access_profile(context, source_id)
    role_id = create_role(context, {"name": "Sales"}).body["role"]["id"]

    found = clone(context, source_id)
    attach_roles_to_access_profile(context, found["id"], {"role_ids": [role_id]})

    assert found["is_active"] is False
    assert read(context, found["id"])["access_profile"]["is_active"] is True


def test_a_source_in_use_stays_as_it_is_and_its_clone_is_free(context: Context) -> None:
    build(context)
    before = get_access_profile(context, HELD)

    found = clone(context, HELD)

    assert get_access_profile(context, HELD) == before
    assert read(context, found["id"]) == {"access_profile": found, "roles": [], "user_count": 0}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "Clone"}, "Reports."),
        ({"name": "Clone", "description": "Own."}, "Own."),
        ({"name": "Clone", "description": None}, None),
        ({"name": "Clone", "description": ""}, ""),
    ],
)
def test_the_description_is_the_one_sent_or_the_sources(
    context: Context, body: CloneProfileRequest, expected: str | None
) -> None:
    source = create(context, {"name": "Analyst", "description": "Reports."})

    reply = clone_access_profile(context, source["id"], body)

    assert reply.body["access_profile"]["description"] == expected


def test_the_row_of_a_clone_names_its_source(context: Context) -> None:
    [source_id] = create_named(context, "Analyst")

    found = clone(replace(context, principal=Principal("ops", frozenset("*"))), source_id)

    row = log(context)[-1]
    [version] = list_access_profile_versions(context, found["id"]).body["versions"]
    assert (row.action.value, row.access_profile_id, row.actor) == ("clone", found["id"], "ops")
    assert json.loads(row.metadata or "") == {"source_id": source_id}
    assert row.new_values == version["snapshot"]
    assert (version["version"], version["changed_by"]) == (1, "ops")


def test_the_answer_says_where_the_clone_is(context: Context) -> None:
    [source_id] = create_named(context, "Analyst")

    reply = clone_access_profile(
        replace(context, base_path="/api/governance"), source_id, {"name": " Clone\t"}
    )

    assert reply.status == 201
    assert reply.body["access_profile"]["name"] == "Clone"
    assert reply.headers["Location"] == "/api/governance/access-profiles/2"
    assert reply.headers["ETag"] == get_access_profile(context, 2).headers["ETag"]
