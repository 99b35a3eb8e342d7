"""The table of each kind of record."""

from collections.abc import Mapping

from sqlalchemy import Table

from domain.records import (
    AccessProfile,
    AccessProfileVersion,
    ApiKey,
    AuditLog,
    Group,
    Role,
    User,
    UserAccessProfile,
    VirtualKey,
)
from store.api import Record
from store.api.transfer import Attachment
from store.sql.tables import (
    access_profile_versions,
    access_profiles,
    api_keys,
    audit_logs,
    groups,
    role_attachments,
    roles,
    user_access_profiles,
    users,
    virtual_keys,
)

TABLES: Mapping[type[Record], Table] = {
    Role: roles,
    Group: groups,
    User: users,
    AccessProfile: access_profiles,
    AccessProfileVersion: access_profile_versions,
    Attachment: role_attachments,
    UserAccessProfile: user_access_profiles,
    VirtualKey: virtual_keys,
    ApiKey: api_keys,
    AuditLog: audit_logs,
}
"""In the order of `KINDS`."""
