"""Statements about the audit log."""

from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, true

from domain.records import AuditAction, AuditLog, NewAuditLog
from store.api import AuditFilter, Page
from store.sql.connections import Statements
from store.sql.prepared import Prepared, bound
from store.sql.tables import audit_logs


class SqlAudit(Statements):
    """Reads and writes the audit log; see `store.api.audit`."""

    def list(self, audit_filter: AuditFilter, *, limit: int, offset: int) -> Page[AuditLog]:
        """Return one page, the newest first."""
        condition = _condition(audit_filter)
        total = self._connection.execute(
            select(func.count()).select_from(audit_logs).where(condition)
        ).scalar_one()
        page_ids = (
            select(audit_logs.c.id)
            .where(condition)
            .order_by(audit_logs.c.id.desc())
            .limit(limit)
            .offset(offset)
            .subquery()
        )
        statement = (
            select(audit_logs)
            .join(page_ids, audit_logs.c.id == page_ids.c.id)
            .order_by(audit_logs.c.id.desc())
        )
        return Page(
            rows=tuple(_audit_log(row) for row in self._connection.execute(statement)), total_count=total
        )

    def add(self, row: NewAuditLog) -> AuditLog:
        """Keep a new row."""
        values = {name: getattr(row, name) for name in _WRITTEN}
        return _audit_log(_ADD.one(self._connection, **values))


_WRITTEN = tuple(part.name for part in fields(NewAuditLog))
_ADD = Prepared(insert(audit_logs).values(bound(*_WRITTEN)).returning(*audit_logs.c))


def _condition(audit_filter: AuditFilter) -> ColumnElement[bool]:
    conditions = (
        getattr(audit_logs.c, part.name) == value
        for part in fields(audit_filter)
        if (value := getattr(audit_filter, part.name)) is not None
    )
    return and_(true(), *conditions)


def _audit_log(row: Any) -> AuditLog:
    return AuditLog(**(row._asdict() | {"action": AuditAction(row.action)}))
