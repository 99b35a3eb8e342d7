"""What every wrapper passes on."""

from collections.abc import Sequence

from store.api import Revision, Store


class DelegatingStore:
    """Passes on what is no unit of work; see `store.api.Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads_block = store.reads_block
        self.writes_block = store.writes_block

    def data_version(self) -> object:
        """Ask the store within."""
        return self._store.data_version()

    def check_ready(self) -> None:
        """Ask the store within."""
        self._store.check_ready()

    def migrate(self, to: str | None = None) -> str:
        """Migrate the store within."""
        return self._store.migrate(to)

    def revisions(self) -> Sequence[Revision]:
        """Ask the store within."""
        return self._store.revisions()

    def close(self) -> None:
        """Close the store within."""
        self._store.close()
