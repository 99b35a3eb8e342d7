"""FastAPI with Pydantic models and SQLAlchemy's ORM, on SQLite.

Its endpoints that read are `async def`: `def` endpoints go through threads, which costs FastAPI half of its
speed here. The one that writes waits for the disk, so it is `def`.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bench.peers import models, tables
from bench.peers.fastapi_keys import accepted
from bench.peers.provisioning import history_of, instantiate

make_session = tables.sqlite_sessions()
bearer = HTTPBearer()
app = FastAPI()


async def session() -> AsyncIterator[Session]:
    with make_session() as opened:
        yield opened


SessionOfRequest = Annotated[Session, Depends(session)]
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(bearer)]


def principal_of(opened: Session, credentials: HTTPAuthorizationCredentials, permission: str) -> str:
    key = opened.scalar(tables.key_of(credentials.credentials))
    return accepted(key, permission)


async def viewer(opened: SessionOfRequest, credentials: Credentials) -> str:
    return principal_of(opened, credentials, "AccessProfiles:View")


async def creator(opened: SessionOfRequest, credentials: Credentials) -> str:
    return principal_of(opened, credentials, "AccessProfiles:Create")


@app.get("/api/access-profiles/{profile_id}", response_model_exclude_unset=True)
async def get_access_profile(
    profile_id: Annotated[int, Path(ge=1, le=2**53 - 1)],
    opened: SessionOfRequest,
    _principal: Annotated[str, Depends(viewer)],
) -> models.AccessProfileDetail:
    row = opened.scalar(tables.profile_with_roles(profile_id))
    if row is None:
        raise HTTPException(404, f"There is no access profile {profile_id}.")
    return models.detail(row)


@app.get("/api/access-profiles", response_model_exclude_unset=True)
async def list_access_profiles(
    opened: SessionOfRequest,
    _principal: Annotated[str, Depends(viewer)],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
    search: str | None = None,
    is_active: bool | None = None,
) -> models.AccessProfileList:
    wanted = []
    if search:
        wanted.append(tables.AccessProfile.name.icontains(search, autoescape=True))
    if is_active is not None:
        wanted.append(tables.AccessProfile.is_active == is_active)
    total = opened.scalar(select(func.count()).select_from(tables.AccessProfile).where(*wanted)) or 0
    rows = opened.scalars(
        select(tables.AccessProfile)
        .where(*wanted)
        .order_by(tables.AccessProfile.id)
        .limit(limit)
        .offset(offset)
    ).all()
    return models.AccessProfileList(
        access_profiles=[models.profile(row) for row in rows],
        count=len(rows),
        total_count=total,
        limit=limit,
        offset=offset,
    )


@app.post("/api/access-profiles", status_code=201, response_model_exclude_unset=True)
def create_access_profile(
    body: models.CreateAccessProfileRequest,
    opened: SessionOfRequest,
    principal: Annotated[str, Depends(creator)],
) -> models.AccessProfileAnswer:
    """Create a profile with its first version and a line in the audit log."""
    now = datetime.now(UTC)
    asked = body.model_dump(exclude_unset=True)
    last = opened.scalar(
        update(tables.Sequence)
        .where(tables.Sequence.name == tables.PROVIDER_CONFIG_IDS)
        .values(last_value=tables.Sequence.last_value + len(body.provider_configs))
        .returning(tables.Sequence.last_value)
    )
    row = instantiate(asked, count((last or 0) - len(body.provider_configs) + 1), now)
    opened.add(row)
    try:
        opened.flush()
    except IntegrityError:
        raise HTTPException(409, f"The name {body.name!r} is taken.") from None
    opened.add_all(history_of(row, principal, now))
    answer = models.AccessProfileAnswer(access_profile=models.profile(row))
    opened.commit()
    return answer
