import httpx


def test_a_created_profile_is_read(admin: httpx.Client) -> None:
    created = admin.post("/api/access-profiles", json={"name": "smoke"})
    assert created.status_code == 201
    read = admin.get(created.headers["Location"])
    assert read.json()["access_profile"] == created.json()["access_profile"]
