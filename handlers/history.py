"""History: versions of templates, and the audit log."""

from handlers.context import Context
from handlers.contract_types import AuditLogListResponse, VersionListResponse, VersionResponse
from handlers.replies.history import access_profile_version, audit_log
from handlers.replies.reply import Reply, ok
from handlers.requests.pagination import clamped
from store.api import AuditFilter


def list_access_profile_versions(context: Context, profile_id: int) -> Reply[VersionListResponse]:
    """Return every version of a profile, the newest first."""
    with context.store.read() as tx:
        tx.profiles.get(profile_id)
        versions = tx.profiles.versions(profile_id)
    return ok({"versions": [access_profile_version(version) for version in versions]})


def get_access_profile_version(context: Context, profile_id: int, version: int) -> Reply[VersionResponse]:
    """Return one version of a profile."""
    with context.store.read() as tx:
        found = tx.profiles.version(profile_id, version)
    return ok({"version": access_profile_version(found)})


def list_access_profile_audit_logs_by_id(
    context: Context, profile_id: int, limit: int, offset: int, action: str | None, user_id: str | None
) -> Reply[AuditLogListResponse]:
    """Return one page of a profile's audit log, which outlives the profile."""
    return _page(context, AuditFilter(profile_id, action, user_id), limit, offset)


def list_access_profile_audit_logs(
    context: Context, limit: int, offset: int, action: str | None, user_id: str | None
) -> Reply[AuditLogListResponse]:
    """Return one page of the whole audit log."""
    return _page(context, AuditFilter(None, action, user_id), limit, offset)


def _page(
    context: Context, audit_filter: AuditFilter, limit: int, offset: int
) -> Reply[AuditLogListResponse]:
    limit, offset = clamped(limit, offset)
    with context.store.read() as tx:
        page = tx.audit.list(audit_filter, limit=limit, offset=offset)
    return ok({"audit_logs": [audit_log(row) for row in page.rows], "total_count": page.total_count})
