"""All that a store keeps, as the protocol shows it."""

from store.api import AuditFilter, ProfileFilter, ReadTransaction, Store, WriteTransaction

ALL = 1000
"""More rows than any test keeps, where a store wants a limit."""


def content(tx: ReadTransaction | WriteTransaction) -> dict[str, object]:
    """Return everything that a transaction can read."""
    profiles = tx.profiles.list(ProfileFilter(), limit=ALL, offset=0)
    roles = list(tx.roles.list())
    users = tx.users.list(limit=ALL, offset=0)
    user_ids = [user.id for user in users.rows]
    return {
        "profiles": profiles,
        "details": [tx.profiles.get(profile.id) for profile in profiles.rows],
        "versions": [list(tx.profiles.versions(profile.id)) for profile in profiles.rows],
        "copies by profile": [list(tx.copies.of_profile(profile.id)) for profile in profiles.rows],
        "roles": roles,
        "attachments": [list(tx.roles.attachments(role.id)) for role in roles],
        "users": users,
        "groups": list(tx.users.groups()),
        "copies by user": [list(tx.copies.of_user(user_id)) for user_id in user_ids],
        "virtual keys": [list(tx.virtual_keys.of_user(user_id)) for user_id in user_ids],
        "API keys": list(tx.api_keys.list()),
        "audit": tx.audit.list(AuditFilter(), limit=ALL, offset=0),
    }


def content_of(store: Store) -> dict[str, object]:
    """Return everything that a store keeps."""
    with store.read() as tx:
        return content(tx)
