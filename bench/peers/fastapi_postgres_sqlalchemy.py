"""FastAPI with Pydantic models and SQLAlchemy asyncio, on PostgreSQL. Reads alone."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bench.peers import models, tables
from bench.peers.fastapi_keys import accepted

engine = create_async_engine(os.environ["PEER_DATABASE"], pool_size=16)
make_session = async_sessionmaker(engine)
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    async with make_session() as opened:
        yield opened


SessionOfRequest = Annotated[AsyncSession, Depends(session)]


async def viewer(
    opened: SessionOfRequest, credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> str:
    key = await opened.scalar(tables.key_of(credentials.credentials))
    return accepted(key, "AccessProfiles:View")


@app.get("/api/access-profiles/{profile_id}", response_model_exclude_unset=True)
async def get_access_profile(
    profile_id: Annotated[int, Path(ge=1, le=2**53 - 1)],
    opened: SessionOfRequest,
    _principal: Annotated[str, Depends(viewer)],
) -> models.AccessProfileDetail:
    row = await opened.scalar(tables.profile_with_roles(profile_id))
    if row is None:
        raise HTTPException(404, f"There is no access profile {profile_id}.")
    return models.detail(row)
