"""Groups, on every backend."""

from domain.records import Group
from store.api import Store


def test_missing_groups_are_those_that_no_group_has_each_once_by_code_points(store: Store) -> None:
    with store.write() as tx:
        tx.users.add_group(Group("eu", "Europe"))

        assert tx.users.missing_groups(["\U0001f600", "a", "eu", "\ufffd", "B", "a", "EU"]) == [
            "B",
            "EU",
            "a",
            "\ufffd",
            "\U0001f600",
        ]
        assert tx.users.missing_groups(["eu"]) == []
        assert tx.users.missing_groups([]) == []
        assert tx.users.missing_groups(f"group {number}" for number in range(1000)) == sorted(
            f"group {number}" for number in range(1000)
        )
