"""The HTML report in a real Chromium: quiet, readable, whole without scripts, fit for keyboard and phone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from conformance.report import html, matrix
from conformance.report.document import verdicts
from tests.browsers import chromium
from tests.conformance.report import samples

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
GROUNDS: Mapping[Scheme, str] = {"light": "rgb(252, 252, 250)", "dark": "rgb(22, 25, 27)"}
PHONE, DESK = 360, 1280

# For each text on the page, the contrast of its colour with what is painted under it (WCAG 2.2, 1.4.3).
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const seen = new Map();
  const rgb = (colour) => {
    if (!seen.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      seen.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
    }
    return seen.get(colour);
  };
  const light = (colour) => colour.slice(0, 3)
    .map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility() || element.closest("script, style")) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push([contrast, `${element.tagName}.${element.className}: ${text.data.trim().slice(0, 40)}`]);
  }
  return found;
}"""


@dataclass
class Visit:
    """A page, and what went wrong while it was open."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def note_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note_request(self, request: Request) -> None:
        if request.url.partition(":")[0] not in ("file", "data"):
            self.faults.append(f"asked for {request.url}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the files, as they lie on a disk or in a mail."""
    folder = tmp_path_factory.mktemp("pages")
    servers = [samples.document(label="Reference"), samples.failed()]
    sources = {
        "failed": html.render(samples.failed()),
        "passed": html.render(samples.passed()),
        "hostile": html.render(samples.hostile()),
        "matrix": matrix.html(matrix.build(servers)),
    }
    for name, source in sources.items():
        (folder / f"{name}.html").write_text(source, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in sources}


@contextmanager
def visit(
    browser: Browser, file: Path, *, width: int = DESK, scheme: Scheme = "light", scripts: bool = True
) -> Iterator[Visit]:
    """Open a file in a fresh browser profile."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
    )
    context.set_default_timeout(300_000)
    seen = Visit(context.new_page())
    seen.page.on("console", lambda line: seen.faults.append(line.text))
    seen.page.on("pageerror", lambda error: seen.faults.append(str(error)))
    seen.page.on("dialog", seen.note_dialog)
    seen.page.on("request", seen.note_request)
    seen.page.goto(file.as_uri())
    try:
        yield seen
        assert seen.faults == []
    finally:
        context.close()


@pytest.fixture
def failed(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    """Give the report of a run with failures, on a desk, with scripts."""
    with visit(browser, pages["failed"]) as seen:
        yield seen.page


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def shown(page: Page) -> int:
    """Return how many checks the filter lets through."""
    return page.locator(".check:not([hidden])").count()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", ["failed", "hostile", "matrix"])
def test_a_page_fits_and_can_be_read(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    with visit(browser, pages[name], width=width) as seen:
        for details in seen.page.locator(".case details").all()[:3]:
            details.locator("summary").click()
        seen.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        for scheme, ground in GROUNDS.items():
            seen.page.emulate_media(color_scheme=scheme)
            contrasts: list[tuple[float, str]] = seen.page.evaluate(CONTRASTS)

            assert overflow(seen.page) <= 0
            assert len(contrasts) > 20
            assert [pair for pair in contrasts if pair[0] < 4.5] == []
            assert seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == ground


@pytest.mark.parametrize("scripts", [True, False])
def test_everything_is_there_with_and_without_scripts(
    browser: Browser, pages: dict[str, Path], *, scripts: bool
) -> None:
    with visit(browser, pages["failed"], scripts=scripts) as seen:
        page = seen.page
        expect(page.get_by_role("heading", level=1)).to_contain_text("The server does not conform.")
        expect(page.locator(".check")).to_have_count(741)
        case = page.locator("article", has_text="AP-CRE-006").first
        case.locator("summary").click()
        expect(case).to_contain_text('"calendar_aligned":false')
        expect(case.get_by_text("conformance replay AP-CRE-006")).to_be_visible()
        expect(page.locator(".filter")).to_be_visible(visible=scripts)
        assert (page.get_by_role("button").count() > 0) is scripts


def test_the_filter_finds_by_text_status_and_profile_and_says_how_many(failed: Page) -> None:
    found = failed.get_by_role("status")
    every = len(verdicts(samples.failed()))
    expect(found).to_have_text(f"{every} of {every} checks")

    failed.get_by_label("Search").fill("createAccessProfile 409")
    expect(found).not_to_have_text(f"{every} of {every} checks")
    assert 0 < shown(failed) < 40
    assert all("409" in text for text in failed.locator(".check:not([hidden])").all_text_contents())

    failed.get_by_role("button", name="Show all").click()
    expect(found).to_have_text(f"{every} of {every} checks")
    failed.get_by_role("checkbox", name="failed", exact=False).first.check()
    expect(found).to_have_text(f"4 of {every} checks")
    # One of them is derived: its list opens.
    expect(failed.locator(".check:not([hidden])").last).to_be_visible()
    assert failed.locator(".operation:not([hidden])").count() == 4

    failed.get_by_label("Profile", exact=True).select_option("schema")
    expect(found).to_have_text(f"1 of {every} checks")
    failed.get_by_label("Search").fill("nothing of the kind")
    expect(found).to_have_text(f"0 of {every} checks")


def test_a_link_leads_to_the_evidence_also_where_it_is_folded(failed: Page) -> None:
    failed.locator(".check a", has_text="AP-CRE-006").click()
    expect(failed.locator("article#AP-CRE-006")).to_be_in_viewport()
    failed.evaluate("location.hash = document.querySelector('.derived .check[id]').id")
    expect(failed.locator(".derived .check[id]").first).to_be_in_viewport()


def test_commands_can_be_copied(failed: Page) -> None:
    failed.context.grant_permissions(["clipboard-read", "clipboard-write"])
    case = failed.locator("article#AP-CRE-006")
    button = case.get_by_role("button", name="Copy: Check it again")
    button.click()
    expect(button).to_have_text("Copied")

    assert failed.evaluate("navigator.clipboard.readText()") == (
        "conformance check http://127.0.0.1:8080 --only AP-CRE-006 --seed 7"
    )


def test_json_can_be_laid_out_and_shown_as_it_was_sent(failed: Page) -> None:
    case = failed.locator("article#AP-CRE-006")
    case.locator("summary").click()
    body = case.locator("pre[data-json]").last
    sent = body.text_content()
    button = case.get_by_role("button", name="Lay out the JSON").last
    button.click()
    laid_out = body.text_content() or ""
    button.click()

    assert '{\n  "access_profile": {\n    "id": 17,\n' in laid_out
    assert '"message": "made by \\"QA\\""\n}' in laid_out
    assert body.text_content() == sent


def test_the_keyboard_reaches_everything_and_shows_where_it_is(failed: Page) -> None:
    failed.keyboard.press("Tab")
    expect(failed.locator(".skip").first).to_be_in_viewport()
    failed.keyboard.press("Enter")
    expect(failed.locator("main")).to_be_focused()
    failed.keyboard.press("Tab")
    outline = failed.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert outline == "solid"
    assert failed.evaluate("document.activeElement.matches('summary, pre, a, button')")


def test_a_screen_reader_finds_landmarks_headings_and_names(failed: Page) -> None:
    for role in ("banner", "navigation", "main", "contentinfo", "search"):
        expect(failed.get_by_role(role)).to_have_count(1)
    levels: list[int] = failed.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map((each) => Number(each.tagName[1]))"
    )
    nameless: list[Any] = failed.evaluate(
        "[...document.querySelectorAll('button, input, select, a')].filter((each) => "
        "!each.textContent.trim() && !each.ariaLabel && !each.labels?.length)"
        ".map((each) => each.outerHTML)"
    )

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert nameless == []
    # The tables stay tables where the phone's layout sets them as blocks.
    failed.set_viewport_size({"width": PHONE, "height": 900})
    expect(failed.get_by_role("table", name="Phases")).to_have_count(1)
    expect(failed.get_by_role("rowheader", name="preflight")).to_have_count(1)


def test_evidence_prints_and_what_only_a_screen_can_do_does_not(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with visit(browser, pages["failed"], scheme="dark") as seen:
        page = seen.page
        page.emulate_media(media="print")
        expect(page.locator(".filter")).to_be_hidden()
        expect(page.locator(".sections")).to_be_hidden()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator("article#AP-CRE-006 .exchange pre").first).to_be_visible()
        assert (
            page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            == "rgb(252, 252, 250)"
        )
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
        expect(page.locator("article#AP-CRE-006 .exchange pre").first).to_be_hidden()
        assert len(page.pdf()) > 50_000


def test_a_matrix_can_show_differences_alone_without_scripts(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with visit(browser, pages["matrix"], scripts=False) as seen:
        same = seen.page.locator("tr.same").first
        expect(same).to_be_visible()
        seen.page.get_by_label("Only the").check()
        expect(same).to_be_hidden()
        expect(seen.page.locator("tr", has_text="AP-CRE-006")).to_be_visible()


def test_these_tests_notice_a_request(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    source = pages["passed"].read_text(encoding="utf-8")
    leaking = tmp_path / "leaking.html"
    leaking.write_text(
        source.replace("</main>", '<img src="https://example.org/x"></main>'), encoding="utf-8"
    )

    with (
        pytest.raises(AssertionError, match="violates the following Content Security Policy"),
        visit(browser, leaking),
    ):
        pass
