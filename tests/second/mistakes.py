"""Ways in which the second server can be wrong. Each is the server with one method that errs."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.second.faults import Document, Refusal
from tests.second.gateway import Gateway, Operation
from tests.second.keys import Key, KeyRing
from tests.second.operations import Call, Profile, Reply


@dataclass(frozen=True, slots=True)
class Mistake:
    """A server that errs, and the clauses that must tell."""

    server: type[Gateway]
    clauses: tuple[str, ...]


MISTAKES: dict[str, Mistake] = {}


def gateway(broken: str | None, keys: KeyRing) -> Gateway:
    """Return the server, with one mistake if one is named."""
    return MISTAKES[broken].server(keys) if broken else Gateway(keys)


def _breaks(*clauses: str) -> Callable[[type[Gateway]], type[Gateway]]:
    def register(server: type[Gateway]) -> type[Gateway]:
        name = re.sub("(?<!^)(?=[A-Z])", "-", server.__name__).lower()
        MISTAKES[name] = Mistake(server, clauses)
        return server

    return register


@_breaks("AP-CRE-005")
class NamesInAnyCase(Gateway):
    def name_key(self, name: str) -> str:
        return name.casefold()


@_breaks("AP-CRE-004", "AP-CRE-006", "AP-UPD-008", "AP-UPD-017", "AP-CLO-005")
class TakenIsNotFound(Gateway):
    def keep_name_free(self, name: str, owner: Profile | None = None) -> None:
        try:
            super().keep_name_free(name, owner)
        except Refusal as refusal:
            refusal.status = 404
            raise


@_breaks("AP-DEL-004")
class DeletedNamesStayTaken(Gateway):
    def __init__(self, keys: KeyRing) -> None:
        super().__init__(keys)
        self.gone: set[str] = set()

    def delete_profile(self, call: Call) -> Reply:
        name = self.find(call).content["name"]
        reply = super().delete_profile(call)
        self.gone.add(name)
        return reply

    def keep_name_free(self, name: str, owner: Profile | None = None) -> None:
        super().keep_name_free(name, owner)
        if name in self.gone:
            raise Refusal(409, "name_taken", "Somebody had this name.", param="/name")


@_breaks("AP-GET-007", "AP-UPD-018")
class TagsNeverChange(Gateway):
    def entity_tag(self, profile: Profile) -> str:
        return f'"{profile.id}"'


@_breaks("AP-LST-003", "AP-AUD-005")
class PagesLoseTheirLastRow(Gateway):
    def page(self, rows: list[Any], limit: int, offset: int) -> list[Any]:
        page = super().page(rows, limit, offset)
        return page[:-1] if len(page) == limit else page


@_breaks("AP-UPD-003", "AP-UPD-004")
class NullIsAbsent(Gateway):
    def merged(self, sent: Document, kept: Document) -> Document:
        return super().merged({name: value for name, value in sent.items() if value is not None}, kept)


@_breaks("AUTH-009")
class ViewersMayDelete(Gateway):
    def permit(self, key: Key, permission: str) -> None:
        if permission != "AccessProfiles:Delete":
            super().permit(key, permission)


@_breaks("AP-AUD-002")
class RefusalsAreLogged(Gateway):
    def keep_name_free(self, name: str, owner: Profile | None = None) -> None:
        try:
            super().keep_name_free(name, owner)
        except Refusal:
            if owner is not None:
                self.audit.write(owner.id, "update", "somebody", self.now())
            raise


@_breaks("ERR-002", "AP-CRE-015", "AP-CRE-016", "AP-CRE-021", "AP-UPD-014")
class FaultsHaveNoPlace(Gateway):
    def refused(self, refusal: Refusal, event_id: str) -> Reply:
        refusal.faults, refusal.param = [], None
        return super().refused(refusal, event_id)


@_breaks("AP-CRE-007")
class NoDescriptionIsEmpty(Gateway):
    def made(self, call: Call, action: str, made: Document) -> Reply:
        return super().made(call, action, {**made, "description": made["description"] or ""})


@_breaks("AP-CRE-001")
class NothingIsAligned(Gateway):
    def made(self, call: Call, action: str, made: Document) -> Reply:
        return super().made(call, action, {**made, "calendar_aligned": False})


@_breaks("AP-CRE-010")
class ClientsSetTheState(Gateway):
    def formed(self, operation: Operation, document: Any) -> Document:
        body = super().formed(operation, document)
        return (
            {**body, "is_active": document.get("is_active", False)}
            if operation.perform == "create_profile"
            else body
        )

    def made(self, call: Call, action: str, made: Document) -> Reply:
        super().made(call, action, made)
        profile = list(self.profiles.values())[-1]
        profile.is_active = bool(call.body.get("is_active"))
        return self.whole(profile, 201)


@_breaks("HTTP-005")
class NanIsANumber(Gateway):
    def parsed(self, octets: bytes) -> Any:
        return super().parsed(octets.replace(b"NaN", b"0"))


@_breaks("HTTP-006")
class LastTwinWins(Gateway):
    def parsed(self, octets: bytes) -> Any:
        return json.loads(octets)


@_breaks("AP-CLO-002")
class ClonesShareLines(Gateway):
    def without_ids(self, value: Any) -> Any:
        return value

    def made(self, call: Call, action: str, made: Document) -> Reply:
        kept = self.find(call).content if action == "clone" else {}
        shared = ("budgets", "provider_configs", "rate_limit")
        lines: Document = {name: value for name, value in kept.items() if name in shared}
        return super().made(call, action, {**made, **lines})


@_breaks("AP-ACT-004", "AP-VER-005")
class ActivationIsAVersion(Gateway):
    def switch(self, call: Call, action: str, *, is_active: bool) -> Reply:
        profile = self.find(call)
        profile.versions.append({**profile.versions[-1], "version": len(profile.versions) + 1})
        return super().switch(call, action, is_active=is_active)


@_breaks("AP-LST-004")
class RowsAsTheyCame(Gateway):
    def ordered(self, rows: list[Profile]) -> list[Profile]:
        return rows
