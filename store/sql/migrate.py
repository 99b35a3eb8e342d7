"""Moving tables from one revision to another, by Alembic. The scripts are in `store/migrations`."""

from collections.abc import Sequence
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from domain.errors import WrongRevision
from store.api import BASE, Revision
from store.sql.revision import SCRIPTS, current_revision

OWN_TO_A_DATABASE = (
    "access_profile_names",
    "ix_access_profiles_name_trigrams",
    "ix_access_profiles_order",
)
"""What the scripts make on one database and not on the others, by how its name begins."""


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, for one connection."""
    settings = Config()
    settings.set_main_option("script_location", str(SCRIPTS))
    settings.attributes["connection"] = connection
    return settings


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def is_stated(name: str | None, kind: str) -> bool:
    """Return whether `store.sql.tables` would state a thing: it states what all databases have."""
    return kind not in {"table", "index"} or not (name or "").startswith(OWN_TO_A_DATABASE)


def revisions(present: str | None) -> Sequence[Revision]:
    """Return all revisions, the first one first.

    Args:
        present: the revision of the tables, or None when there are none.
    """
    scripts = reversed(list(_scripts().walk_revisions()))
    return [
        Revision(
            name=script.revision,
            summary=script.doc,
            drops=getattr(script.module, "drops", "what only this revision keeps"),
            is_present=script.revision == present,
        )
        for script in scripts
    ]


def move(engine: Engine, to: str) -> None:
    """Bring the tables up or down to a revision, or to `BASE`, in one transaction.

    Raises:
        WrongRevision: there is no such revision.
    """
    order = [BASE, *(revision.name for revision in revisions(None))]
    if to not in order:
        raise WrongRevision(f"There is no revision {to}. To list them: access-profiles migrate --history")
    with engine.begin() as connection:
        present = current_revision(connection) or BASE
        way = command.upgrade if order.index(present) <= order.index(to) else command.downgrade
        way(config(connection), to)
