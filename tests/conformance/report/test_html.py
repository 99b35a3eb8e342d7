"""The HTML report, read as a browser without scripts would: whole, offline, and in order."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

from conformance.report import html
from conformance.report.document import Document, verdicts
from conformance.report.evidence import GONE
from tests.conformance.report import samples
from tests.conformance.report.samples import clause_line
from tests.rules import for_each

LINE = clause_line("AP-CRE-006")
VOID = {"meta", "link", "input", "br", "rect", "circle"}


class Page(HTMLParser):
    """What a page holds.

    Attributes:
        text: all of it that a reader can see.
        tags: each start tag with its attributes.
        faults: tags that are closed wrongly.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self.feed(source)
        self.close()
        self.faults += [f"{tag} stays open" for tag in self._open]
        self.text = " ".join("".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open):
            self._texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(made: Document) -> Page:
    return Page(html.render(made))


@for_each(samples.ALL)
def test_every_page_is_well_formed_and_asks_for_nothing(make: Callable[[], Document]) -> None:
    source = html.render(make())
    found = Page(source)
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    links = [str(value) for _, each in found.tags for name, value in each.items() if name in ("href", "src")]

    assert found.faults == []
    assert len(ids) == len(set(ids))
    assert {link[:5] for link in links if not link.startswith("#")} == {"data:"}
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []
    assert len(found.all("script")) == len(found.all("style")) == 1
    assert [name for _, each in found.tags for name in each if name == "style" or name.startswith("on")] == []
    assert "alert(1)" not in re.sub(r"&lt;.*?&gt;", "", source) or make is samples.hostile


def test_the_policy_allows_the_pages_own_style_and_script_alone() -> None:
    [policy] = [
        str(meta["content"])
        for meta in page(samples.passed()).all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]

    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert len(re.findall(r"'sha256-[A-Za-z0-9+/]{43}='", policy)) == 2


def test_the_verdict_comes_first_with_index_and_score() -> None:
    made = samples.failed()
    text = page(made).text

    assert "The server does not conform." in text
    figures = (made["totals"]["index"], made["totals"]["score"], "498/500", "2,400")
    for part in (*figures, "Staging gateway", "http://127.0.0.1:8080"):
        assert part in text


def test_a_failure_is_told_with_its_sentence_line_evidence_and_commands() -> None:
    text = page(samples.failed()).text

    for part in (
        "When several clients create one name at once, exactly one is answered 201 and all others 409.",
        f"openapi.yaml:{LINE}",
        "POST /api/access-profiles, 20 times at once",
        "409 with another name",
        "Authorization: Bearer $KEY",
        'etag: "v1-5f2c9a"',
        '"calendar_aligned":false',
        "curl -i -X POST",
        "conformance check http://127.0.0.1:8080 --only AP-CRE-006 --seed 7",
        "conformance replay AP-CRE-006",
        "ST202",
    ):
        assert part in text


def test_what_made_the_object_stands_before_the_request_that_shows_a_failure() -> None:
    made = samples.failed()
    [found] = next(verdict for verdict in made["clauses"] if verdict["id"] == "AP-GET-001")["findings"]
    found["setup"] = ["curl -i -X POST http://127.0.0.1:8080/made-first"]
    text = page(made).text

    [first, note, request] = [
        text.index(part) for part in (found["setup"][0], GONE, "GET /api/access-profiles/17")
    ]
    assert first < note < request
    assert GONE not in page(samples.failed()).text


def test_no_command_promises_the_same_requests_where_the_check_is_made_again() -> None:
    text = page(samples.failed()).text

    assert "Compare this run with a new checkconformance replay AP-CRE-006" in text
    assert "same requests again" not in text


def test_every_check_is_in_it_and_every_other_part_of_the_run() -> None:
    made = samples.failed()
    found = page(made)
    answers = [times for each in made["coverage"]["operations"] for times in each["statuses"].values()]

    assert [verdict["id"] for verdict in verdicts(made) if verdict["id"] not in found.text] == []
    for part in (
        "the proxy answers before us (GW-212)",
        "gateway team",
        "2027-03-31",
        "its 20 seconds were over",
        "GET /api/roles is answered 404",
        f"{sum(map(bool, answers))} of {len(answers)} documented answers came back at least once",
        "88 constraints not met from both sides",
        "2 users, roles that cannot be counted. Where they have names, these begin with cf-1f3a",
        made["contract"]["sha256"],
        "Schemathesis 4.32.5",
    ):
        assert part in found.text


def test_a_run_that_could_not_begin_says_why() -> None:
    text = page(samples.blocked()).text

    assert text.count("Nothing listens at http://127.0.0.1:9. Start the server, or give its URL.") == 2
    assert "0/0" not in text


def test_headings_are_in_order_and_tables_have_headers() -> None:
    found = page(samples.failed())
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]

    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(found.all("caption")) == len(found.all("table")) == 4
    assert {header.get("scope") for header in found.all("th")} == {"col", "row"}
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in found.tags}


def test_every_field_has_a_label() -> None:
    found = page(samples.failed())
    labelled = {label.get("for") for label in found.all("label")}
    fields = found.all("select") + [each for each in found.all("input") if each.get("type") != "checkbox"]

    assert {field["id"] for field in fields} <= labelled


@for_each({made.__name__: made for made in (samples.passed, samples.failed)})
def test_a_whole_run_stays_small(make: Callable[[], Document]) -> None:
    made = make()

    assert len(html.render(made).encode()) < 2_000 * len(verdicts(made))


def test_text_between_backticks_is_code_and_a_single_backtick_stays() -> None:
    made = samples.passed()
    made["clauses"][0]["text"] = "An `<id>` is code."
    made["clauses"][1]["text"] = "One ` alone."
    source = html.render(made)

    assert "An <code>&lt;id&gt;</code> is code." in source
    assert "One ` alone." in source


def test_a_run_without_coverage_has_no_grid() -> None:
    made = {**samples.failed(), "coverage": None}

    assert "Coverage of the contract" not in page(made).text
    assert "createAccessProfile" in page(made).text
