"""The list of rules: each has an example, and says how bad it is in words that fit together."""

import re

from conformance.contract.diff.change import Effect, Severity
from conformance.contract.diff.rules import RULES
from tests.conformance.contract.diff import test_clauses, test_operations, test_schemas

IN_TESTS_OF_THEIR_OWN = {
    "clause-added-with-operation",
    "clause-removed-with-operation",
    "clause-names-removed-error-code",
    "openapi-version-changed",
    "request-path-parameter-renamed",
    "version-changed",
}


def test_every_rule_has_an_example() -> None:
    shown = {rule for pair in test_schemas.PROPERTIES for rule in pair[2:]}
    for example in (*test_operations.EXAMPLES, *test_clauses.EXAMPLES):
        shown |= set(example[:2])
    for place in test_schemas.PLACES:
        shown |= {f"{place}-{end}" for pair in test_schemas.EXAMPLES for end in pair[:2]}

    shown |= {f"{place}-values-{effect}" for place in test_schemas.WHOLE for effect in Effect}

    assert shown | IN_TESTS_OF_THEIR_OWN == set(RULES)


def test_ids_are_words_with_hyphens() -> None:
    assert [rule for rule in RULES if not re.fullmatch(r"[a-z]+(-[a-z]+)+", rule)] == []


def test_what_breaks_says_whom() -> None:
    breaking = Severity.BREAKING
    assert {(rule.consumers is breaking, rule.servers is breaking) for rule in RULES.values()} == {
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    }


def test_no_rule_that_loosens_a_request_or_tightens_an_answer_breaks() -> None:
    for rule in RULES.values():
        loosens = rule.id.endswith(("-increased", "-unset", "-generalized")) and "max" in rule.aspect
        if rule.id.startswith("request-") and loosens and "read-only" not in rule.id:
            assert (rule.consumers, rule.servers) == (Severity.SAFE, Severity.BREAKING), rule
        if rule.id.startswith("response-") and loosens and "write-only" not in rule.id:
            assert (rule.consumers, rule.servers) == (Severity.BREAKING, Severity.SAFE), rule
