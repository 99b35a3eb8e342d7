"""FastAPI with Pydantic models and psycopg's own pool, on PostgreSQL. Reads alone."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg import AsyncConnection
from psycopg.rows import DictRow, class_row, dict_row
from psycopg_pool import AsyncConnectionPool

from bench.peers import models
from bench.peers.fastapi_keys import Key, accepted

pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
    os.environ["PEER_DATABASE"].replace("+psycopg", ""),
    connection_class=AsyncConnection[DictRow],
    min_size=16,
    max_size=16,
    open=False,
    kwargs={"row_factory": dict_row, "autocommit": True, "options": "-c timezone=UTC"},
)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Keep the pool open while the app runs."""
    async with pool:
        yield


app = FastAPI(lifespan=lifespan)


async def connection() -> AsyncIterator[AsyncConnection[DictRow]]:
    async with pool.connection() as taken:
        yield taken


ConnectionOfRequest = Annotated[AsyncConnection[DictRow], Depends(connection)]


async def viewer(
    taken: ConnectionOfRequest, credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> str:
    async with taken.cursor(row_factory=class_row(Key)) as cursor:
        await cursor.execute(
            "SELECT name, scopes, expires_at, revoked_at FROM api_keys WHERE secret_hash = %s",
            (hashlib.sha256(credentials.credentials.encode()).digest(),),
        )
        return accepted(await cursor.fetchone(), "AccessProfiles:View")


@app.get("/api/access-profiles/{profile_id}", response_model_exclude_unset=True)
async def get_access_profile(
    profile_id: Annotated[int, Path(ge=1, le=2**53 - 1)],
    taken: ConnectionOfRequest,
    _principal: Annotated[str, Depends(viewer)],
) -> models.AccessProfileDetail:
    cursor = await taken.execute("SELECT * FROM access_profiles WHERE id = %s", (profile_id,))
    row = await cursor.fetchone()
    if row is None:
        raise HTTPException(404, f"There is no access profile {profile_id}.")
    cursor = await taken.execute("SELECT * FROM role_attachments WHERE access_profile_id = %s", (profile_id,))
    roles = await cursor.fetchall()
    given: dict[str, Any] = {
        name: value for name, value in row.items() if value is not None or name == "description"
    }
    return models.AccessProfileDetail(
        access_profile=models.AccessProfile.model_validate(given),
        roles=[models.RoleAttachment.model_validate(role) for role in roles],
        user_count=row["user_count"],
    )
