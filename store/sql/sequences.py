"""The last ids that a database gave: each database remembers them in its own way."""

from collections.abc import Iterator

from sqlalchemy import Connection, select, text, update

from store.api.transfer import KINDS, LastId, Numbered
from store.sql.record_tables import TABLES
from store.sql.tables import sequences

PROVIDER_CONFIGS = "provider_configs"
"""The name of the sequence that numbers provider configs."""

_READ = {
    "sqlite": text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = :name"),
    "postgresql": text("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')), 0)"),
}

_SET = {
    "sqlite": (
        text("DELETE FROM sqlite_sequence WHERE name = :name"),
        text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :value)"),
    ),
    # A sequence that has given nothing stands at 1, uncalled.
    "postgresql": (
        text("SELECT setval(pg_get_serial_sequence(:name, 'id'), greatest(:value, 1), :value > 0)"),
    ),
}


def last_ids(connection: Connection) -> Iterator[LastId]:
    """Yield the last id that was given of everything that is numbered."""
    for of in Numbered:
        if of in KINDS:
            statement, name = _READ[connection.dialect.name], {"name": TABLES[KINDS[of]].name}
            value = connection.execute(statement, name).scalar_one()
        else:
            given = select(sequences.c.last_value).where(sequences.c.name == PROVIDER_CONFIGS)
            value = connection.execute(given).scalar_one()
        yield LastId(of, value)


def set_last_id(connection: Connection, last_id: LastId) -> None:
    """Let the next id be the one after this."""
    if last_id.of in KINDS:
        name = TABLES[KINDS[last_id.of]].name
        for statement in _SET[connection.dialect.name]:
            connection.execute(statement, {"name": name, "value": last_id.value})
        return
    connection.execute(
        update(sequences).where(sequences.c.name == PROVIDER_CONFIGS).values(last_value=last_id.value)
    )
