"""What is drawn for the steps of a history: names, configurations and choices."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from conformance.model.records import Fields

PICK = st.integers(0, 11)
NAMES = st.sampled_from("abc")
USERS = st.sampled_from(["u1", "u2", "u3"])
CONDITIONS = st.sampled_from([None, None, "current", "stale", "*"])


def some(values: Iterable[Any], at_least: int = 0, at_most: int = 3) -> st.SearchStrategy[list[Any]]:
    """Return a list of some of the values, each once."""
    return st.lists(st.sampled_from(list(values)), unique=True, min_size=at_least, max_size=at_most)


def _budgets(at_most: int) -> st.SearchStrategy[list[Fields]]:
    limits = st.dictionaries(st.sampled_from(["1d", "1w", "1M"]), st.integers(0, 50), max_size=at_most)
    return limits.map(lambda found: [{"max_limit": n, "reset_duration": d} for d, n in found.items()])


def _link(member: str, values: Iterable[Any]) -> st.SearchStrategy[list[Fields]]:
    return some(values, at_most=2).map(lambda found: [{member: value} for value in found])


_RATE_LIMITS = st.none() | st.builds(
    lambda most, duration: {"request_max_limit": most, "request_reset_duration": duration},
    st.integers(1, 50),
    st.sampled_from(["1d", "1w"]),
)
_CONFIGS = st.builds(
    lambda models, budgets: {"allowed_models": models, "budgets": budgets}, some(["m1", "m2"]), _budgets(1)
)
_PROVIDERS = st.dictionaries(st.sampled_from(["openai", "mistral"]), _CONFIGS, max_size=2).map(
    lambda found: [{"provider_name": name, **config} for name, config in found.items()]
)
_OVERRIDES = some([("s1", "include"), ("s1", "exclude"), ("s2", "exclude")], at_most=1).map(
    lambda found: [{"mcp_client_id": c, "tool_name": "t", "action": action} for c, action in found]
)
POLICY = {
    "budgets": _budgets(3),
    "provider_configs": _PROVIDERS,
    "rate_limit": _RATE_LIMITS,
    "mcp_tool_groups": _link("tool_group_id", [1, 2]),
    "mcp_servers": _link("mcp_server_id", ["s1", "s2"]),
    "mcp_tool_overrides": _OVERRIDES,
}
CONFIGURATION = {"description": st.none() | st.sampled_from(["x", "y"]), "tags": some(["eu", "us"]), **POLICY}


def fields_of(stated: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Fields]:
    """Return a few of the fields, as a client would send them."""
    chosen = some(stated, at_least=0, at_most=3)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: stated[name] for name in names}))
