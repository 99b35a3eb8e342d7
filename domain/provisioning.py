"""What a role gives its members, and what a change of role takes and gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain.records import AccessProfile, RoleAttachment, UserAccessProfile


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What to do with a user's copies when the role changes. A copy that is not named stays as it is.

    Attributes:
        remove: copies to remove, with their virtual keys.
        grant: profiles to make copies of, granted by the new role.
        regrant: copies to save; nothing of them changes but the role that grants them.
    """

    remove: tuple[UserAccessProfile, ...] = ()
    grant: tuple[AccessProfile, ...] = ()
    regrant: tuple[UserAccessProfile, ...] = ()


def role_change(
    copies: Sequence[UserAccessProfile],
    *,
    old_role_id: int | None,
    new_role_id: int | None,
    defaults: Iterable[AccessProfile],
) -> RoleChange:
    """Return what a user's change of role does to the copies that the user holds.

    What the old role granted goes, unless the new role grants it as well: then it stays, with its usage. What
    was given directly stays and remains so, also when the new role would grant it. A deactivated profile is
    not provisioned, but a copy of it that both roles grant is left working.

    Args:
        copies: all copies that the user holds.
        old_role_id: the role that the user had; None for none.
        new_role_id: the role that the user gets; None for none. The same role changes nothing.
        defaults: the profiles that the new role has as defaults.
    """
    if old_role_id == new_role_id:
        return RoleChange()
    offered = {profile.id: profile for profile in defaults}
    granted = [copy for copy in copies if old_role_id is not None and copy.granted_by_role_id == old_role_id]
    held = {copy.parent_profile_id for copy in copies}
    return RoleChange(
        remove=tuple(copy for copy in granted if copy.parent_profile_id not in offered),
        grant=tuple(profile for profile in offered.values() if profile.is_active and profile.id not in held),
        regrant=tuple(
            replace(copy, granted_by_role_id=new_role_id)
            for copy in granted
            if copy.parent_profile_id in offered
        ),
    )


def displaced_defaults(attachments: Iterable[RoleAttachment], profile_id: int) -> tuple[RoleAttachment, ...]:
    """Return the attachments of a role that end to be defaults when a profile becomes its default.

    A role has one default at a time.
    """
    return tuple(
        attachment
        for attachment in attachments
        if attachment.is_default and attachment.access_profile_id != profile_id
    )
