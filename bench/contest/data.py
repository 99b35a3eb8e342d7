"""The same profiles for everybody."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from tempfile import TemporaryFile
from typing import cast
from uuid import UUID

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from bench.calls import POLICY
from bench.peers import tables
from domain.credentials import ALL_SCOPES, IssuedApiKey
from domain.policies import instantiate, normalised
from domain.records import AccessProfile, NewAccessProfile
from handlers.contract_types import CreateAccessProfileRequest
from handlers.replies.templates import access_profile
from handlers.requests.policy_input import policy_terms
from server.http.authentication import issue_key
from store.api import ProfileFilter
from store.registry import open_store
from store.transfer import export_records, import_records

NOW = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
BATCH = 100


def issue_keys(number: int) -> list[IssuedApiKey]:
    """Make API keys that may do everything."""
    return [issue_key(f"bench {each}", [ALL_SCOPES], now=NOW) for each in range(number)]


def fill_store(url: str, profiles: int, issued: Sequence[IssuedApiKey]) -> None:
    """Migrate a store, and add profiles, every second one active, and API keys."""
    terms = normalised(policy_terms(cast("CreateAccessProfileRequest", {"name": "any", **POLICY})))
    line_ids = (str(UUID(int=number)) for number in count(1))
    store = open_store(url)
    store.migrate()
    with store.write() as tx:
        for key in issued:
            tx.api_keys.add(key.record)
        config_ids = iter(tx.profiles.reserve_provider_config_ids(profiles * len(terms.provider_configs)))
        for number in range(1, profiles + 1):
            tx.profiles.add(
                NewAccessProfile(
                    name=f"Profile {number}",
                    description=None,
                    tags=tuple(POLICY["tags"]),
                    policy=instantiate(
                        terms,
                        line_id=line_ids.__next__,
                        provider_config_id=config_ids.__next__,
                        now=NOW,
                    ),
                    created_at=NOW,
                    is_active=number % 2 == 1,
                )
            )
    store.close()


def copy_store(source: str, target: str) -> None:
    """Migrate a store, and copy all of another one into it."""
    with (
        TemporaryFile() as lines,
        closing(open_store(source)) as read,
        closing(open_store(target)) as written,
    ):
        with read.read() as tx:
            export_records(tx.dump(), lines, at=NOW)
        lines.seek(0)
        written.migrate()
        with written.write() as tx:
            import_records(tx, lines)


def fill_peer(url: str, source: str, keys: Sequence[str]) -> None:
    """Make the peers' tables and copy the profiles of a store into them, as it answers them."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        tables.set_pragmas(engine)
    tables.Base.metadata.create_all(engine)
    store = open_store(source)
    with Session(engine) as session, store.read() as tx:
        session.execute(insert(tables.ApiKey), [_key(number, key) for number, key in enumerate(keys)])
        last, offset = 0, 0
        while rows := tx.profiles.list(ProfileFilter(), limit=BATCH, offset=offset).rows:
            session.execute(insert(tables.AccessProfile), [_row(row) for row in rows])
            last = max([last, *_config_ids(rows)])
            offset += BATCH
        session.add(tables.Sequence(name=tables.PROVIDER_CONFIG_IDS, last_value=last))
        session.commit()
        if engine.dialect.name == "postgresql":
            session.connection().exec_driver_sql("ANALYZE")
            session.commit()
    store.close()
    engine.dispose()


def _key(number: int, key: str) -> dict[str, object]:
    return {
        "name": f"bench {number}",
        "secret_hash": hashlib.sha256(key.encode()).digest(),
        "scopes": [ALL_SCOPES],
        "expires_at": None,
        "revoked_at": None,
    }


def _row(profile: AccessProfile) -> dict[str, object]:
    answered = json.loads(json.dumps(access_profile(profile)))
    instants = {name: datetime.fromisoformat(answered[name]) for name in ("created_at", "updated_at")}
    return {**answered, **instants, "user_count": 0}


def _config_ids(profiles: Iterable[AccessProfile]) -> Iterable[int]:
    return (config.id for profile in profiles for config in profile.policy.provider_configs)
