"""Removes what runs made, and nothing else.

What a run made is known from the answers that it got, and from lists, by names that bear its prefix. It is
removed in passes until nothing changes any more: what others hold on to goes after them.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from conformance.contract.document import Operation
from conformance.contract.resources import Lister, Parameters, Resource, Resources, member
from conformance.http.answer import Answer
from conformance.http.deadline import Deadline
from conformance.http.unreached import Unreached
from conformance.run.canary import is_alive
from conformance.run.content import Content
from conformance.run.residue import Leftovers, Residue
from conformance.run.session import PREFIX, Session, Workspace

AN_HOUR = timedelta(hours=1)

IsOurs = Callable[[Resource, Any], bool]
Objects = tuple[Parameters, ...]

_NAME_OF_A_RUN = re.compile(rf"{PREFIX}[0-9a-f]{{8}}-", re.IGNORECASE)
_GONE = (404, 410)
_ABSENT = (404, 405, 501)
_MADE_AT = ("created_at", "createdAt", "created")
_SHOWN = 300
_TRIES = 3
_WORKERS = 8
_CURSORS = (
    *("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "continuation_token"),
    *("continuationToken", "next", "cursor", "after"),
)
"""How the members of an answer are called that hold a cursor."""
_PAGE = 100
_MOST_PAGES, _MOST_PAGES_OF_ALL = 1000, 50
"""What cannot be searched by name may be long: not all of it is looked at."""


def clean_up(workspace: Workspace, content: Content, deadline: Deadline | None = None) -> Residue:
    """Remove all that a run made, and return what is left. A run that only reads made nothing.

    It stops at the deadline, and where the server no longer answers.
    """
    kinds = _kinds(workspace.resources)
    if workspace.target.read_only:
        return Residue({content.kind(each): 0 for each in kinds.values()})
    lists = _Lists(workspace.session("clean-up"), content, workspace.prefix)

    def is_ours(resource: Resource, row: Any) -> bool:
        # Some checks write their names in capitals.
        return workspace.prefix in _name(resource, row).lower()

    found: dict[str, Objects | None] = {}
    for path, resource in kinds.items():
        try:
            # One whose creation was never answered is known to the list alone.
            listed = lists.of(resource, is_ours)
        except Unreached:
            listed = []
        except httpx.TransportError:
            found[path] = None
            continue
        found[path] = _distinct(resource, [*workspace.inventory.of(resource), *listed])
    left = _Removal(lists.session, kinds, deadline).passes(found)
    for path in [path for path, objects in found.items() if objects and lists.are_short(kinds[path])]:
        try:
            listed = lists.of(kinds[path], is_ours)
            left[path] = _distinct(kinds[path], [*listed, *_unlisted(kinds[path], content, left[path])])
        except (Unreached, httpx.TransportError):
            left[path] = None
    return Residue(
        {
            content.kind(kinds[path]): None if objects is None else len(objects)
            for path, objects in left.items()
        }
    )


def leftovers(
    session: Session, content: Content, *, older_than: timedelta | None = None, in_long_lists: bool = True
) -> Leftovers:
    """Return what earlier runs left: names in the exact form of a run's, made longer ago than this.

    In long lists that cannot be searched it takes a request for each hundred.

    Raises:
        httpx.TransportError: the server stopped answering.
        Unreached: a list cannot be read.
    """
    kinds = _kinds(session.resources)
    lists = _Lists(session, content, PREFIX)

    def is_ours(resource: Resource, row: Any) -> bool:
        named = _NAME_OF_A_RUN.match(_name(resource, row)) is not None
        return named and (older_than is None or _age(row) > older_than)

    return Leftovers(
        {
            path: tuple(lists.of(resource, is_ours))
            for path, resource in kinds.items()
            if in_long_lists or lists.are_short(resource)
        },
        {path: content.kind(resource) for path, resource in kinds.items()},
    )


def remove(session: Session, found: Leftovers) -> Leftovers:
    """Remove these objects, and return those that could not be removed.

    Raises:
        httpx.TransportError: the server stopped answering.
    """
    removal = _Removal(session, _kinds(session.resources), None)
    left = removal.passes(dict(found.objects))
    if None in left.values():
        raise httpx.TransportError(f"{session.target.root} stopped answering")
    objects = {path: objects or () for path, objects in left.items()}
    return Leftovers(objects, found.kinds, tuple(removal.reasons[path] for path in objects if objects[path]))


def left_by_earlier_runs(session: Session, content: Content) -> str | None:
    """Return a note when something of earlier runs is on the server; None when there is nothing.

    Long lists are not looked through. What was made a moment ago may be of another run that goes on.

    Raises:
        httpx.TransportError: the server stopped answering.
    """
    try:
        found = leftovers(session, content, older_than=AN_HOUR, in_long_lists=False)
    except Unreached:
        return None
    if not found.total:
        return None
    return f"Earlier runs left {found} here. Remove them with: conformance clean {session.target.root}"


class _Lists:
    """Reads the lists of a server.

    Args:
        search: what the names begin with that are looked for.
    """

    def __init__(self, session: Session, content: Content, search: str) -> None:
        self.session = session
        self._content = content
        self._search = search

    def are_short(self, resource: Resource) -> bool:
        """Return whether a list is told at once, or can be searched."""
        lister = resource.lister
        return lister is not None and (lister.search is not None or not _has_pages(lister))

    def of(self, resource: Resource, is_ours: IsOurs) -> list[Parameters]:
        """Return what a list shows of ours; nothing when the server has no such list.

        Raises:
            httpx.TransportError: the server stopped answering.
            Unreached: the list cannot be read.
        """
        if resource.lister is None or not resource.is_root:
            return []
        found = []
        most = _MOST_PAGES if self.are_short(resource) else _MOST_PAGES_OF_ALL
        for row in self._rows(resource.lister, most):
            identity = member(row, resource.lister.identity)
            # A server that breaks the search must not make the suite delete what belongs to others.
            if identity is not None and is_ours(resource, row) and not self._content.is_gone(row):
                found.append(dict.fromkeys(sorted(resource.aliases), identity))
        return found

    def _rows(self, lister: Lister, most_pages: int) -> Iterator[Any]:
        seen, size = 0, min(_PAGE, lister.most or _PAGE)
        before, cursor = None, None
        for page in range(most_pages):
            numbers = {lister.size: size, lister.offset: seen, lister.page: page + 1}
            stated = {**numbers, lister.search: self._search}
            if cursor is not None:
                stated[lister.cursor] = cursor
            query = {name: value for name, value in stated.items() if name is not None}
            answer = self.session.call(lister.operation.id, query=query or None)
            if answer.status in _ABSENT:
                return
            rows = member(answer.json, lister.rows)
            if answer.status != 200 or not isinstance(rows, list):
                raise Unreached(f"{lister.operation.id} cannot be read")
            if rows == before:
                # Whoever does not heed where a page begins would be asked for ever.
                return
            yield from rows
            before, seen = rows, seen + len(rows)
            cursor = _next(answer.json, lister.cursor) if lister.cursor else None
            is_last = cursor is None if lister.cursor else len(rows) < size
            if is_last or not _has_pages(lister):
                return


class _Removal:
    """Removes objects, several at a time."""

    def __init__(self, session: Session, kinds: Mapping[str, Resource], deadline: Deadline | None) -> None:
        self._session = session
        self._kinds = kinds
        self._deadline = deadline or Deadline(None)
        self._stopped = threading.Event()
        self.reasons: dict[str, str] = {}
        """Why something of a kind could not be removed, by its path."""

    def passes(self, found: Mapping[str, Objects | None]) -> dict[str, Objects | None]:
        """Remove all of these, in passes until one changes nothing; return what is left of each kind.

        None stands for what cannot be told, because the server stopped answering.
        """
        left = dict(found)
        while any(left.values()):
            before = left
            left = {path: self._each(self._kinds[path], objects) for path, objects in before.items()}
            if left == before or self._deadline.expired or None in left.values():
                break
        return left

    def _each(self, resource: Resource, objects: Objects | None) -> Objects | None:
        remover = resource.remover
        if remover is None or not objects or remover.id in self._session.excluded:
            why = "nothing in the contract removes them" if remover is None else f"{remover.id} is left out"
            self.reasons[resource.path] = f"{resource.kind}: {why}"
            return objects

        def remove(parameters: Parameters) -> bool:
            if self._stopped.is_set() or self._deadline.expired:
                return False
            try:
                answer = self._answer(remover, parameters)
            except (Unreached, httpx.TransportError) as error:
                if isinstance(error, httpx.TransportError) and not is_alive(self._session):
                    self._stopped.set()
                    raise
                why = str(error) if isinstance(error, Unreached) else f"{remover.id} gets no answer"
                self.reasons[resource.path] = f"{resource.kind}: {why}"
                return False
            except BaseException:
                self._stopped.set()
                raise
            if 200 <= answer.status < 300 or answer.status in _GONE:
                return True
            told = answer.exchange.answer()[:_SHOWN]
            self.reasons[resource.path] = f"{resource.kind}: {remover.id} is answered {told}"
            return False

        with ThreadPoolExecutor(min(_WORKERS, len(objects))) as pool:
            try:
                gone = list(pool.map(remove, objects))
            except httpx.TransportError:
                return None
            except BaseException:
                # An interrupt comes to this thread alone; the others are to end as well.
                self._stopped.set()
                raise
        return tuple(each for each, is_gone in zip(objects, gone, strict=True) if not is_gone)

    def _answer(self, remover: Operation, parameters: Parameters) -> Answer:
        """Return what a removal is answered. One whose connection was ended is sent again: it is idempotent.

        Raises:
            httpx.TransportError: there was no answer.
            Unreached: the answer is of no use.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._session.call(remover.id, parameters=parameters)
            except (httpx.ConnectError, httpx.TimeoutException):
                raise
            except httpx.TransportError:
                continue
        return self._session.call(remover.id, parameters=parameters)


def _has_pages(lister: Lister) -> bool:
    return bool(lister.offset or lister.page or lister.cursor)


def _next(document: Any, parameter: str) -> str | None:
    """Return the cursor for the page after an answer, which may stand in a link; None for none."""
    holders = [document, *document.values()] if isinstance(document, dict) else []
    for holder in (each for each in holders if isinstance(each, dict)):
        found = next((str(holder[name]) for name in _CURSORS if isinstance(holder.get(name), str | int)), "")
        in_link = parse_qs(urlsplit(found).query).get(parameter)
        if found:
            return in_link[0] if in_link else found
    return None


def _kinds(resources: Resources) -> dict[str, Resource]:
    """Return what a run can make, by its path, in the order of removal.

    What came last goes first, and what is below goes before what is above.
    """
    made = [each for each in resources if any(not maker.binds for maker in each.makers)]
    made.reverse()
    return {each.path: each for each in sorted(made, key=lambda each: -len(each.parents))}


def _unlisted(resource: Resource, content: Content, kept: Objects | None) -> Objects:
    """Return what could not be removed and is there, whether or not the rows of a list tell whose they are.

    What has no remover and stands below something else may have gone with that.
    """
    stays = resource.remover is not None or resource.is_root
    return kept or () if stays and not content.insists else ()


def _name(resource: Resource, row: Any) -> str:
    if isinstance(row, dict):
        return str(row.get(resource.bearer or ""))
    return str(row)


def _distinct(resource: Resource, objects: Sequence[Parameters]) -> Objects:
    return tuple({str(each[resource.parameter]): each for each in objects}.values())


def _age(row: Any) -> timedelta:
    """Return how long ago it was made; nothing when it does not say so."""
    told = next((row[name] for name in _MADE_AT if name in row), None) if isinstance(row, dict) else None
    try:
        made = datetime.fromisoformat(str(told))
    except ValueError:
        return timedelta(0)
    return datetime.now(UTC) - (made if made.tzinfo else made.replace(tzinfo=UTC))
