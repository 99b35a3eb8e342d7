"""Every server of this folder by its name."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.foreign.troubles import changed, hostile
from tests.foreign.troubles.api import Api
from tests.foreign.troubles.media import locks_api, media_api, styles_api
from tests.foreign.troubles.notes import notes_api
from tests.foreign.troubles.server import Server
from tests.foreign.troubles.tasks import tasks_api


@dataclass(frozen=True, slots=True)
class Trouble:
    """A server.

    Attributes:
        summary: what it is, and what is unusual or wrong about it.
        build: makes it, for a socket that listens already.
        base: where the paths of its contract begin, whatever that says.
        is_correct: whether it does what its contract says.
    """

    summary: str
    build: Callable[[Server], Api]
    base: str = ""
    is_correct: bool = True


_ELSEWHERE = [{"url": "http://notes.invalid:9/api/v1"}]
_TEMPLATE = [
    {
        "url": "{scheme}://{host}/{version}",
        "variables": {
            "scheme": {"enum": ["https", "http"], "default": "https"},
            "host": {"default": "notes.invalid"},
            "version": {"default": "v2"},
        },
    }
]

TROUBLES: dict[str, Trouble] = {
    "notes": Trouble("ordinary: OpenAPI 3.1, nobody says who he is, no servers, 422", lambda _: notes_api()),
    "tasks": Trouble(
        "ordinary: OpenAPI 3.0, a password, two roles, a base, 400, keys that carry no prefix",
        lambda _: tasks_api(),
        "/api/v1",
    ),
    "locks": Trouble("every security scheme, alternatives, two at once, none", lambda _: locks_api()),
    "styles": Trouble("lists and objects in every style of a parameter", lambda _: styles_api()),
    "media": Trouble("bodies of text, forms, files, octets and XML", lambda _: media_api()),
    "servers-root": Trouble("servers: /", changed.with_servers([{"url": "/"}], "")),
    "servers-base": Trouble("servers: /api", changed.with_servers([{"url": "/api"}], "/api"), "/api"),
    "servers-elsewhere": Trouble(
        "servers: another host with /api/v1", changed.with_servers(_ELSEWHERE, "/api/v1"), "/api/v1"
    ),
    "servers-template": Trouble("servers: a template", changed.with_servers(_TEMPLATE, "/v2"), "/v2"),
    "invalid-examples": Trouble("examples that the contract does not allow", changed.invalid_examples),
    "remote-ref": Trouble("a schema elsewhere, which must not be fetched", changed.remote_ref),
    "never-missing": Trouble("404 where nothing can be missing, or for another type", changed.never_missing),
    "without-numbers": Trouble("successes by no number, values in paths", changed.without_numbers),
    "undeletable": Trouble("every DELETE is refused, and a list tells ids alone", changed.undeletable),
    "large": Trouble("1,100 operations", changed.many(220, states_404=True)),
    "rather-large": Trouble("250 operations", changed.many(50, states_404=True)),
    "swagger-2": Trouble("a contract of Swagger 2.0", changed.swagger_2),
    "no-operations": Trouble("a contract without an operation", changed.without_operations),
    "ends-itself": Trouble("POST /shutdown ends the server", changed.ends_itself()),
    "ends-later": Trouble("POST /shutdown ends the server, 20 requests later", changed.ends_itself(20)),
    "maintenance": Trouble(
        "after POST /maintenance every write is 503", changed.maintenance, is_correct=False
    ),
    "crashes": Trouble("PUT ends the connection without an answer", changed.crashes, is_correct=False),
    "hangs": Trouble("PUT is never answered", changed.hangs, is_correct=False),
    "unenforced": Trouble("a key is stated, and not asked for", changed.unenforced, is_correct=False),
    "ruled": Trouble(
        "a rule beside the schema, and a type that is not looked at", changed.ruled, is_correct=False
    ),
    "without-makers": Trouble(
        "notes that the contract shows and removes, and makes none", changed.without_makers
    ),
    "forbidding": Trouble("writes are 403, which is not stated", changed.forbidding, is_correct=False),
    "undocumented-404": Trouble(
        "404 on 36 operations, stated on none", changed.many(12, states_404=False), is_correct=False
    ),
    "errors-html": Trouble("refusals as pages", changed.refusing(changed.as_html), is_correct=False),
    "errors-string": Trouble("refusals as strings", changed.refusing(changed.as_string), is_correct=False),
    "errors-sql": Trouble("refusals with SQL in them", changed.refusing(changed.with_sql), is_correct=False),
    "nullable-in-31": Trouble("nullable in 3.1, and null sent", changed.nullable_in_31, is_correct=False),
    "cursor": Trouble("a list in pages that a cursor leads through", changed.by_cursor),
    "anchor": Trouble("references to $anchor, servers for one path", changed.anchored),
    "compound": Trouble("keywords that hold schemas or names", changed.compound(is_kept=True)),
    "compound-not-kept": Trouble(
        "keywords that hold schemas or names, and nobody looks at",
        changed.compound(is_kept=False),
        is_correct=False,
    ),
    "endless-body": Trouble(
        "PUT is answered without end", hostile.answering(hostile.endless_body), is_correct=False
    ),
    "endless-header": Trouble(
        "PUT is answered with headers without end",
        hostile.answering(hostile.endless_header),
        is_correct=False,
    ),
    "deep": Trouble("PUT is answered with lists in lists", hostile.answering(hostile.deep), is_correct=False),
    "gigantic": Trouble(
        "PUT is answered with gigantic numbers", hostile.answering(hostile.gigantic), is_correct=False
    ),
    "closes": Trouble("one in four requests is not answered", hostile.closes, is_correct=False),
    "extreme": Trouble("schemas of which hardly a value can be made", hostile.extreme, is_correct=False),
    "stateless": Trouble("a mock that remembers nothing", changed.stateless),
}
"""What can be started."""
