"""What every wrapper passes on."""

from store.api import Store


class DelegatingStore:
    """Passes on what is no unit of work; see `store.api.Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads_wait = store.reads_wait
        self.writes_wait = store.writes_wait

    def check_ready(self) -> None:
        """Ask the store within."""
        self._store.check_ready()

    def migrate(self) -> str:
        """Migrate the store within."""
        return self._store.migrate()

    def close(self) -> None:
        """Close the store within."""
        self._store.close()
