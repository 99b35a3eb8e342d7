"""What each address of the pages answers."""

import json
import re
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from server.contract.document import Contract
from server.pages import PublishedContract, ServerInfo, health, pages
from tests.pages.conftest import SOURCE, operations, site
from tests.pages.reader import Reader

PAGES = ["/", "/docs"]
FILES = ["/openapi.json", "/openapi.yaml"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_strict_about_what_it_loads(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert Reader(answer.text).inline == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_built_for_everybody(client: FlaskClient, path: str) -> None:
    html = client.get(path).text

    assert '<html lang="en">' in html
    assert re.search(r"<title>[^<]+</title>", html)
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    assert html.count("<h1") == 1
    assert '<a class="skip" href="#main">' in html


@pytest.mark.parametrize("path", PAGES)
def test_every_link_resolves(client: FlaskClient, path: str) -> None:
    page = Reader(client.get(path).text)

    assert len(page.links) > 8
    for link in page.links:
        target = urlsplit(link)
        assert not target.netloc
        if target.path:
            assert client.get(link).status_code == 200, link
        else:
            assert target.fragment in page.ids
    assert len(set(page.ids)) == len(page.ids)


@pytest.mark.parametrize("path", [*PAGES, *FILES, "/healthz", "/readyz"])
def test_head_answers_as_get_without_a_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert head.status_code == got.status_code == 200
    assert head.data == b""
    assert head.headers == got.headers


@pytest.mark.parametrize(
    "path", ["/docs/", "/openapi.json/", "/assets/", "/assets/no.css", "/assets/../views.py"]
)
def test_there_is_nothing_else(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_landing_page_names_the_addresses(client: FlaskClient) -> None:
    links = Reader(client.get("/").text).links

    assert {"/docs", "/openapi.yaml", "/openapi.json", "/healthz", "/readyz"} <= set(links)


def test_the_landing_page_gives_commands_for_this_very_server(client: FlaskClient) -> None:
    html = client.get("/", base_url="https://gateway.example:8443").text

    assert (
        'curl -H "Authorization: Bearer $KEY" \\\n  https://gateway.example:8443/api/access-profiles<' in html
    )
    assert 'conformance check https://gateway.example:8443 \\\n  --key "$KEY"<' in html


def test_a_hostile_host_stays_text() -> None:
    answer = site().test_client().get("/", headers={"Host": 'x"><script>alert(1)</script>'})

    assert "<script>alert" not in answer.text


def test_the_table_of_operations_is_the_contract(client: FlaskClient, document: dict[str, Any]) -> None:
    rows = [row for row in Reader(client.get("/").text).rows if len(row) == 4][1:]
    expected = [
        [f"{method.upper()} {path}", node["summary"], node["x-permission"], len(node.get("x-clauses", ()))]
        for method, path, node in operations(document)
    ]

    found = [
        [row[0], row[1].removesuffix(" extension"), row[2], int(row[3].split(" ", 1)[0])] for row in rows
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_the_landing_page_counts_the_clauses(client: FlaskClient, document: dict[str, Any]) -> None:
    rows = Reader(client.get("/").text).rows
    general = len(document["x-clauses"])
    total = general + sum(len(node["x-clauses"]) for _method, _path, node in operations(document))

    assert rows[-2] == ["For every operation", f"{general} clauses"]
    assert rows[-1] == ["Total", f"{total} clauses"]


def test_the_landing_page_tells_the_versions(client: FlaskClient, document: dict[str, Any]) -> None:
    html = client.get("/").text

    assert f"contract {document['info']['version']}" in html
    assert "access-profiles 9.8.7" in html
    assert sha256(SOURCE).hexdigest() in html


def test_each_operation_links_to_its_documentation(client: FlaskClient, document: dict[str, Any]) -> None:
    links = Reader(client.get("/").text).links

    for _method, _path, node in operations(document):
        assert f"/docs#/{quote(node['tags'][0])}/{node['operationId']}" in links


def test_the_contract_is_handed_out_as_it_stands(client: FlaskClient, document: dict[str, Any]) -> None:
    as_yaml, as_json = client.get("/openapi.yaml"), client.get("/openapi.json")

    assert as_yaml.data == SOURCE
    assert as_yaml.content_type == "application/yaml"
    assert json.loads(as_json.data) == document
    assert as_json.content_type == "application/json"


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_sent_once(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]

    assert tag == f'"{sha256(first.data).hexdigest()}"'
    assert first.headers["Cache-Control"] == "no-cache"
    for method, matching in [("GET", tag), ("HEAD", tag), ("GET", f'"other", W/{tag}'), ("GET", "*")]:
        again = client.open(path, method=method, headers={"If-None-Match": matching})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
    assert client.get(path, headers={"If-None-Match": '"other"'}).data == first.data


@pytest.mark.parametrize("path", FILES)
def test_page_headers_are_for_pages(client: FlaskClient, path: str) -> None:
    assert "Content-Security-Policy" not in client.get(path).headers


def test_assets_are_kept_for_an_hour(client: FlaskClient) -> None:
    links = {link for path in PAGES for link in Reader(client.get(path).text).links if "/assets/" in link}

    assert {link.split("?")[0].rpartition(".")[2] for link in links} == {"css", "js", "svg"}
    for link in links:
        answer = client.get(link)
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert link.endswith(f"?v={sha256(answer.data).hexdigest()[:12]}")
        assert client.get(link, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_links_keep_a_prefix(client: FlaskClient) -> None:
    for path in PAGES:
        html = client.get(path, environ_overrides={"SCRIPT_NAME": "/behind"}).text
        links = [link for link in Reader(html).links if not link.startswith("#")]
        assert all(link.startswith("/behind/") for link in links)
    assert 'data-contract="/behind/openapi.json"' in html


def test_a_contract_with_little_in_it_is_shown_too() -> None:
    small = yaml.safe_dump(
        {
            "openapi": "3.0.3",
            "info": {"title": "Small & <quick>", "version": "2"},
            "paths": {"/a/{b}": {"delete": {"operationId": "drop", "tags": ["T"], "x-extension": True}}},
        }
    )
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(
        pages(
            PublishedContract.from_document(small.encode(), Contract(small.encode()).document),
            ServerInfo("1"),
        )
    )
    app.register_blueprint(health(lambda: None))

    html = app.test_client().get("/").text

    assert "<h1>Small &amp; &lt;quick&gt;</h1>" in html
    assert "A first request" not in html
    assert ["DELETE /a/{b}", " extension", "", "0 clauses"] in Reader(html).rows
