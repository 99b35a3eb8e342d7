"""The bodies that are accepted: the contract's request schemas, by hand."""

from functools import partial
from typing import Any

from tests.second.faults import Document, invalid
from tests.second.form import Form, Place, Reader

_RATE_WINDOWS = ("1h", "1d", "1w", "1M", "1Y")
_BUDGET_WINDOWS = (*_RATE_WINDOWS, "1Q")
_LARGEST_COUNT = 2**53 - 1
_MOST = {"provider_configs": 100, "budgets": 100, "tags": 50}
_SET_BY_SERVER = ("id", "is_active", "version", "created_at", "updated_at")


def new_profile(body: Any) -> Document:
    """Return what a body says of a profile to create.

    Raises:
        Refusal: 400, it has not the form.
    """
    form = Form()
    found = form.members(body, (), _profile_members(form), required=("name",), ignored=_SET_BY_SERVER)
    return _sound(form, found)


def changes(body: Any) -> Document:
    """Return the fields that a body changes. A `calendar_aligned` of null is left out.

    Raises:
        Refusal: 400, it has not the form.
    """
    form = Form()
    readers: dict[str, Reader] = {
        **_profile_members(form),
        "calendar_aligned": partial(form.flag, or_null=True),
    }
    found = form.members(body, (), readers, ignored=_SET_BY_SERVER)
    _count(form, found, ())
    for place, config in enumerate(found.get("provider_configs", [])):
        _count(form, {"budgets": config.get("budgets", [])}, ("provider_configs", place))
    if "calendar_aligned" in found and found["calendar_aligned"] is None:
        del found["calendar_aligned"]
    return _sound(form, found)


def clone(body: Any) -> Document:
    """Return the name, and perhaps the description, of a clone.

    Raises:
        Refusal: 400, it has not the form.
    """
    form = Form()
    readers = {"name": form.name, "description": form.description}
    return _sound(form, form.members(body, (), readers, required=("name",)))


def _sound(form: Form, found: Document) -> Document:
    if form.faults:
        raise invalid(form.faults)
    return found


def _count(form: Form, found: Document, at: Place) -> None:
    for name, most in _MOST.items():
        if len(found.get(name, [])) > most:
            form.fault((*at, name), "maxItems", f"At most {most} can be sent.")


def _profile_members(form: Form) -> dict[str, Reader]:
    return {
        "name": form.name,
        "description": form.description,
        "tags": partial(form.many, item=partial(form.text, barred=",")),
        "provider_configs": partial(form.many, item=partial(_provider_config, form)),
        "budgets": partial(form.many, item=partial(_budget, form)),
        "rate_limit": partial(_rate_limit, form),
        "calendar_aligned": form.flag,
        "mcp_tool_groups": partial(form.many, item=partial(_tool_group, form)),
        "mcp_servers": partial(form.many, item=partial(_mcp_server, form)),
        "mcp_tool_overrides": partial(form.many, item=partial(_tool_override, form)),
    }


def _provider_config(form: Form, value: Any, at: Place) -> Document:
    readers: dict[str, Reader] = {
        "id": _as_sent,
        "provider_name": form.text,
        "all_models_allowed": form.flag,
        "allowed_models": partial(form.many, item=form.text),
        "budgets": partial(form.many, item=partial(_budget, form)),
        "rate_limit": partial(_rate_limit, form),
    }
    return form.members(value, at, readers, required=("provider_name",))


def _budget(form: Form, value: Any, at: Place) -> Document:
    readers: dict[str, Reader] = {
        "id": _as_sent,
        "max_limit": form.amount,
        "reset_duration": partial(form.choice, among=_BUDGET_WINDOWS),
        "reset_config": partial(_reset_config, form),
    }
    required = ("max_limit", "reset_duration")
    return form.members(
        value, at, readers, required=required, ignored=("scope", "current_usage", "last_reset")
    )


def _reset_config(form: Form, value: Any, at: Place) -> Document:
    readers = {"quarter_start_month": partial(form.whole, low=1, high=12)}
    return form.members(value, at, readers, required=tuple(readers))


def _rate_limit(form: Form, value: Any, at: Place) -> Document | None:
    if value is None:
        return None
    maximum = partial(form.whole, low=1, high=_LARGEST_COUNT, or_null=True)
    window = partial(form.choice, among=_RATE_WINDOWS)
    readers: dict[str, Reader] = {
        "token_max_limit": maximum,
        "token_reset_duration": window,
        "request_max_limit": maximum,
        "request_reset_duration": window,
    }
    return form.members(value, at, readers, ignored=("id", "token_current_usage", "request_current_usage"))


def _tool_group(form: Form, value: Any, at: Place) -> Document:
    readers = {"tool_group_id": partial(form.whole, low=1, high=_LARGEST_COUNT)}
    return form.members(value, at, readers, required=tuple(readers))


def _mcp_server(form: Form, value: Any, at: Place) -> Document:
    return form.members(value, at, {"mcp_server_id": form.text}, required=("mcp_server_id",))


def _tool_override(form: Form, value: Any, at: Place) -> Document:
    readers: dict[str, Reader] = {
        "mcp_client_id": form.text,
        "tool_name": form.text,
        "action": partial(form.choice, among=("include", "exclude")),
    }
    return form.members(value, at, readers, required=tuple(readers))


def _as_sent(value: Any, at: Place) -> Any:
    # An id that names no stored line is ignored, whatever it is.
    return value
