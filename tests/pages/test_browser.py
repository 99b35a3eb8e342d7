"""The pages in a real Chromium: nothing is asked of another host, nothing is refused, all of it works."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Literal

import pytest
from flask import Response, jsonify, request
from playwright.sync_api import Browser, Page, Request, Route, expect
from werkzeug.serving import make_server

from tests.browsers import chromium
from tests.pages.conftest import operations, site

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
SCHEMES: list[Scheme] = ["light", "dark"]
PHONE, DESK = 390, 1280


@dataclass
class Site:
    """The pages on a real port, with a stub for one operation.

    Attributes:
        credentials: the `Authorization` of each request that the stub received.
    """

    url: str
    credentials: list[str | None] = field(default_factory=list)


@dataclass
class Visit:
    """A page, and what went wrong while it was open."""

    page: Page
    faults: list[str]

    def note_failure(self, request: Request) -> None:
        # The browser itself drops what a page that is left was still waiting for, such as its icon.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} ({request.failure})")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    app = site()
    running = Site("")

    @app.get("/api/access-profiles")
    def stub() -> Response:
        running.credentials.append(request.headers.get("Authorization"))
        return jsonify(access_profiles=[], count=0, total_count=0, limit=25, offset=0)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield running
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def visit(
    browser: Browser, served: Site, path: str, *, width: int = DESK, scheme: Scheme = "light"
) -> Iterator[Visit]:
    """Open a page in a fresh browser profile that cannot reach another host."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(300_000)
    page = context.new_page()
    seen = Visit(page, [])

    def only_here(route: Route) -> None:
        if route.request.url.startswith(f"{served.url}/"):
            route.continue_()
        else:
            seen.faults.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", only_here)
    page.on("console", lambda line: seen.faults.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: seen.faults.append(str(error)))
    page.on("requestfailed", seen.note_failure)
    page.goto(served.url + path)
    try:
        yield seen
    finally:
        context.close()


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def overflows(page: Page) -> list[int]:
    """Return by how many pixels the page, as it is, would be wider than a phone and than a desk's screen."""
    found = []
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        found.append(overflow(page))
    return found


def background(page: Page) -> float:
    """Return how light the page's ground is: 0 black, 255 white."""
    rgb: list[int] = page.evaluate(
        "getComputedStyle(document.querySelector('.swagger-ui') ?? document.body)"
        ".backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    return sum(rgb) / len(rgb)


# The width decides what fits, the scheme the colours: each page meets both of each.
@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "dark"), (DESK, "light")])
@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_fits_and_follows_the_colour_scheme(
    browser: Browser, served: Site, path: str, width: int, scheme: Scheme
) -> None:
    with visit(browser, served, path, width=width, scheme=scheme) as seen:
        expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
        if path == "/docs":
            expect(seen.page.locator(".opblock").first).to_be_visible()

        assert overflow(seen.page) == 0
        assert background(seen.page) > 240 if scheme == "light" else background(seen.page) < 40
        assert seen.faults == []


def test_the_colour_scheme_can_change_while_the_page_is_open(browser: Browser, served: Site) -> None:
    with visit(browser, served, "/docs") as seen:
        expect(seen.page.locator(".opblock").first).to_be_visible()
        seen.page.emulate_media(color_scheme="dark")
        expect(seen.page.locator("html")).to_have_class("dark-mode")
        assert background(seen.page) < 40


def test_the_docs_show_every_operation(browser: Browser, served: Site, document: dict[str, Any]) -> None:
    with visit(browser, served, "/docs") as seen:
        names = [node["operationId"] for _method, _path, node in operations(document)]
        expect(seen.page.locator(".opblock")).to_have_count(len(names))
        ids = [block.get_attribute("id") or "" for block in seen.page.locator(".opblock").all()]

        assert sorted(found.rpartition("-")[2] for found in ids) == sorted(names)
        assert seen.faults == []


def test_an_operation_opens_from_its_link_with_its_clauses(
    browser: Browser, served: Site, document: dict[str, Any]
) -> None:
    node = document["paths"]["/access-profiles/{profile_id}"]["get"]
    with visit(browser, served, "/") as seen:
        seen.page.locator("#getAccessProfile a").click()
        promises = seen.page.locator(".opblock.is-open .promises")
        expect(promises).to_contain_text(f"The API key must hold {node['x-permission']}.")
        promises.locator("summary").click()
        expect(promises.locator("li")).to_have_count(len(node["x-clauses"]))
        for clause in node["x-clauses"]:
            expect(promises).to_contain_text(clause["id"])
            expect(promises).to_contain_text(clause["text"].replace("`", ""))

        assert overflows(seen.page) == [0, 0]
        assert seen.faults == []


def test_the_docs_show_the_clauses_of_every_operation(
    browser: Browser, served: Site, document: dict[str, Any]
) -> None:
    with visit(browser, served, "/docs") as seen:
        general = seen.page.locator(".promises.general")
        general.locator("summary").click()
        expect(general.locator("li")).to_have_count(len(document["x-clauses"]))


def test_a_key_can_be_entered_and_tried(browser: Browser, served: Site) -> None:
    with visit(browser, served, "/docs#/Access%20Profiles/listAccessProfiles", width=PHONE) as seen:
        page = seen.page
        page.locator(".scheme-container .authorize").click()
        page.locator(".modal-ux input").fill("bfst-sample")
        page.locator(".modal-ux .authorize").click()
        page.locator(".modal-ux .btn-done").click()
        page.locator(".execute").click()
        expect(page.locator(".live-responses-table")).to_contain_text('"total_count": 0')

        assert served.credentials == ["Bearer bfst-sample"]
        expect(page.locator(".request-url")).to_have_text(re.compile(r"\?limit=25&offset=0$"))
        assert overflows(page) == [0, 0]
        assert seen.faults == []
        page.reload()
        page.locator(".execute").click()
        expect(page.locator(".live-responses-table")).to_contain_text('"total_count": 0')
        assert served.credentials[1:] == [None]


def test_commands_can_be_copied(browser: Browser, served: Site) -> None:
    with visit(browser, served, "/") as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        seen.page.locator("button.copy").last.click()
        expect(seen.page.locator("button.copy").last).to_have_text("Copied")
        copied = seen.page.evaluate("navigator.clipboard.readText()")

        assert copied == f'conformance check {served.url} \\\n  --key "$KEY"'
        assert seen.faults == []


def test_the_keyboard_can_skip_to_the_content(browser: Browser, served: Site) -> None:
    with visit(browser, served, "/") as seen:
        seen.page.keyboard.press("Tab")
        expect(seen.page.locator(".skip")).to_be_in_viewport()
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("main")).to_be_focused()


def test_these_tests_notice_another_host(browser: Browser, served: Site) -> None:
    with visit(browser, served, "/") as seen:
        with seen.page.expect_console_message():
            seen.page.evaluate(
                "document.body.append(Object.assign(new Image(), {src: 'https://example.org/x'}))"
            )

        assert any("Content Security Policy" in fault for fault in seen.faults)
