"""The landing page, the documentation page, and the files of the contract."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request, url_for

from server.pages.documents import REVALIDATE, load_assets
from server.pages.published import PublishedContract

ASSET_CACHE = "public, max-age=3600"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE_HEADERS = {
    "Cache-Control": REVALIDATE,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What the pages tell of this server."""

    version: str


def pages(contract: PublishedContract, info: ServerInfo) -> Blueprint:
    """Return the blueprint `pages`. It links to the blueprint `health`, which the app needs beside it.

    Args:
        contract: what is shown and handed out.
        info: what the pages tell of this server.
    """
    blueprint = Blueprint("pages", __name__, template_folder="templates")
    assets = load_assets()

    def asset_url(name: str) -> str:
        # Another content has another address: a page never meets an asset that was cached before an upgrade.
        return url_for("pages.asset", name=name, v=assets[name].digest[:12])

    def page(template: str) -> Response:
        text = render_template(
            f"pages/{template}",
            contract=contract,
            info=info,
            asset_url=asset_url,
            base_url=request.url_root.rstrip("/"),
        )
        return Response(text, headers=_PAGE_HEADERS, content_type="text/html; charset=utf-8")

    @blueprint.get("/")
    def landing() -> Response:
        return page("landing.html")

    @blueprint.get("/docs")
    def docs() -> Response:
        return page("docs.html")

    @blueprint.get("/openapi.json")
    def openapi_json() -> Response:
        return contract.json.answer(request, REVALIDATE)

    @blueprint.get("/openapi.yaml")
    def openapi_yaml() -> Response:
        return contract.yaml.answer(request, REVALIDATE)

    @blueprint.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        if name not in assets:
            abort(404)
        return assets[name].answer(request, ASSET_CACHE)

    return blueprint
