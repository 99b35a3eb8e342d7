"""What the app is put together to do, beside what its parts do."""

import asyncio

import httpx
import pytest

from server.connexion_app import create_app
from tests.server.requests import store_with_keys


def landing_page(client: str, **headers: str) -> str:
    """Return the page that a client at an address is shown."""

    async def send() -> str:
        transport = httpx.ASGITransport(create_app(store_with_keys()), client=(client, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.example") as sender:
            answer = await sender.get(
                "/", headers={key.replace("_", "-"): each for key, each in headers.items()}
            )
            return answer.text

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("client", "shown"), [("127.0.0.1", "https://gateway.example"), ("10.0.0.9", "http://gateway.example")]
)
def test_pages_show_the_scheme_that_a_proxy_which_is_trusted_tells_of(client: str, shown: str) -> None:
    assert f"  {shown}/api" in landing_page(client, x_forwarded_proto="https")


def test_another_proxy_can_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.0/8")

    assert "  https://gateway.example/api" in landing_page("10.0.0.9", x_forwarded_proto="https")
