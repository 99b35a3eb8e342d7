"""Before anything is checked: does somebody listen, is the credential good, is it the contract's server?"""

import ssl
from collections.abc import Sequence

import httpx

from conformance.contract.document import Operation
from conformance.contract.media_types import is_json, kind_of
from conformance.http.answer import Answer
from conformance.http.content import TooLarge
from conformance.http.target import Target
from conformance.http.unreached import Unreached
from conformance.run.canary import ask_root, reads
from conformance.run.session import Session

_MOST_READS = 5
_ABSENT = (404, 405, 501)
_PAGE = "text/html"

Asked = tuple[Operation, Answer]
_Failure = httpx.TransportError | TooLarge


def preflight(session: Session) -> None:
    """Ask a few reads that take nothing, five at most.

    Raises:
        Unreached: the run cannot begin; the message says what to do.
    """
    chosen = _chosen(session)
    asked, failure = _ask(session, chosen)
    if not asked and failure is None:
        # There is no such read, so that nothing more can be told.
        return
    obstacle = _obstacle(session, asked) if asked else _unanswered(session, failure)
    if obstacle is None:
        return
    if len(chosen) == 1 and not isinstance(failure, httpx.ConnectError):
        [operation] = chosen
        obstacle += f" Where {operation.id} alone is to blame, leave it out: --exclude {operation.id}."
    if len(chosen) < (count := len(reads(session))):
        obstacle += f" Of {count} reads without a parameter in the path, {len(chosen)} were asked."
    raise Unreached(obstacle) from failure


def _chosen(session: Session) -> list[Operation]:
    """Return a few reads; first, those for which all is at hand."""
    return sorted(reads(session), key=lambda each: _lacks_credential(session, each))[:_MOST_READS]


def _lacks_credential(session: Session, operation: Operation) -> bool:
    alternatives = session.contract.alternatives(operation)
    path = session.path(operation.id)
    is_open = not alternatives or () in map(tuple, alternatives)
    return not is_open and session.signed(operation.method, path, {}) == (path, {})


def _ask(session: Session, chosen: Sequence[Operation]) -> tuple[list[Asked], _Failure | None]:
    """Return the answers of these reads, and why one of them had none that could be read.

    One that hangs, ends the connection, or has no end says nothing of the others.
    """
    found: list[Asked] = []
    failure: _Failure | None = None
    for operation in chosen:
        try:
            found.append((operation, session.call(operation.id)))
        except httpx.ConnectError as error:
            return found, error
        except (httpx.TransportError, TooLarge) as error:
            failure = error
    if not chosen:
        try:
            ask_root(session)
        except httpx.TransportError as error:
            failure = error
        except TooLarge:
            # Whatever it is, somebody answers.
            pass
    return found, failure


def _unanswered(session: Session, failure: _Failure | None) -> str:
    if isinstance(failure, httpx.TransportError):
        return transport_advice(session.target, failure)
    return f"{session.target.root} cannot be checked: {failure}."


def _obstacle(session: Session, asked: list[Asked]) -> str | None:
    """Return why the run cannot begin, by these answers; None when one of them is the operation's own."""
    closed = [each for each in asked if _shows_something(session, each[1])]
    if closed and {answer.status for _, answer in closed} == {401}:
        asked = closed
    elif any(_is_ours(session, *each) for each in asked):
        return None
    # Where they differ, what says most goes first.
    asked = sorted(asked, key=lambda each: _says_little(each[1].status))
    operation, answer = asked[0]
    place = f"{session.target.root}{answer.sent.path}"
    if answer.status in (401, 403):
        return _refused(session, operation, answer, place)
    if 300 <= answer.status < 400:
        to = answer.headers.get("location", "another place")
        return f"{place} redirects to {to}. Give the URL that the server itself has."
    if answer.status >= 500 and answer.status not in _ABSENT:
        return f"{place} answers {answer.status}: the server is not ready. See its log, try again."
    return _another(session, asked)


def _says_little(status: int) -> int:
    if 300 <= status < 400:
        return 0
    if status >= 500 and status not in _ABSENT:
        return 1
    return 2 if status in (401, 403) else 3


def _is_ours(session: Session, operation: Operation, answer: Answer) -> bool:
    """Return whether an answer may be one of the operation's own, good or bad, that refuses nobody."""
    responses = session.contract.stated(operation).get("responses", {})
    kind = answer.headers.get("content-type", "")
    is_stated = str(answer.status) in responses
    if answer.status in _ABSENT:
        return is_stated and is_json(kind)
    if answer.status in (401, 403):
        return False
    if 300 <= answer.status < 400:
        return is_stated
    if answer.status >= 500:
        return is_stated and is_json(kind)
    return kind_of(kind) != _PAGE or _states_pages(session, operation)


def _shows_something(session: Session, answer: Answer) -> bool:
    """Return whether the request bore a credential."""
    return session.signed(answer.sent.method, answer.sent.path, {}) != (answer.sent.path, {})


def _states_pages(session: Session, operation: Operation) -> bool:
    contract = session.contract
    return any(
        _PAGE in map(kind_of, contract.resolved(response, "")[0].get("content", {}))
        for response in contract.stated(operation).get("responses", {}).values()
    )


def _refused(session: Session, operation: Operation, answer: Answer, place: str) -> str:
    alternatives = [each for each in session.contract.alternatives(operation) if each]
    named = alternatives[0][0] if alternatives else None
    if named is None:
        return (
            f"{place} answers {answer.status}, and the contract states no security scheme for it. Give the "
            "headers that the server asks for in conformance.toml."
        )
    how = f"--credential {named}=VALUE"
    if not _shows_something(session, answer):
        return f"{place} answers {answer.status}, and nothing was given for {named}. Give it with {how}."
    if answer.status == 401:
        return f"{place} refuses the credential for {named} (401). Give a good one with {how}."
    return f"The credential for {named} may not call {place} (403). Give one that may with {how}."


def _another(session: Session, asked: Sequence[Asked]) -> str:
    """Return that the server is another one's, and where the contract's paths begin, if that can be found."""
    root, title = session.target.root, session.contract.title or session.contract.path.name
    told = ", ".join(f"{answer.sent.method} {answer.sent.path}" for _, answer in asked)
    _, first = asked[0]
    what = "a page for people" if first.status not in _ABSENT else str(first.status)
    verb = "is" if len(asked) == 1 else "are"
    base = _found_base(session, asked[0][0])
    hint = (
        "Give the URL of the server itself, where its paths begin with --base PATH, or its own contract."
        if base is None
        else f"Its paths seem to begin at {base or '/'}: say so with --base {base or '/'}."
    )
    return f"{root} has nothing to do with the contract {title}: {told} {verb} answered {what}. {hint}"


def _found_base(session: Session, operation: Operation) -> str | None:
    """Return where else an operation is answered: at the root, or below another server of the contract."""
    first, *others = session.contract.servers
    for base in dict.fromkeys((*others, "")):
        if base == first:
            continue
        try:
            answer = session.call(operation.id, server=base)
        except (httpx.TransportError, Unreached):
            continue
        if answer.status < 300 and is_json(answer.headers.get("content-type", "")):
            return base
    return None


def transport_advice(target: Target, error: httpx.TransportError) -> str:
    """Return what to do about a server that does not answer."""
    root, proxy = target.root, target.proxy
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return (
            f"The certificate of {root} is not trusted: {error}. Name its authority's file with --ca-file "
            "ca.pem, or take any certificate with --insecure."
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"No TLS connection to {root}: {error}. Does the server speak http:// on this port?"
    if isinstance(error, httpx.TimeoutException):
        return f"{root} does not answer in time. Is it the right host? Give it longer with --timeout SECONDS."
    if isinstance(error, httpx.ConnectError):
        if proxy is not None:
            return f"The proxy {proxy.url} cannot be reached ({error}). Correct --proxy."
        return f"Nothing listens at {root} ({error}). Start the server, or correct the host and port."
    if isinstance(error, httpx.ProxyError):
        return f"The proxy does not let through to {root}: {error}."
    detail = str(error).rstrip(".")
    return f"{root} does not answer with HTTP ({detail}). Does it speak https:// on this port?"
