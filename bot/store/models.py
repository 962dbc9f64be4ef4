"""The tables. Columns that end in ``_enc`` hold ciphertext (see `bot.store.keys`); nothing else holds personal data.

References to people are keyed hashes of chat ids. A migration in ``migrations/versions`` accompanies every change here.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    false,
    text,
)

#: Fixed names of constraints, so that migrations can name them on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator):
    """A moment, always with a time zone in Python, always UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment without a time zone cannot be stored")
        value = value.astimezone(timezone.utc)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


# SQLite numbers rows automatically only for a column that is exactly INTEGER.
_RowNumber = BigInteger().with_variant(Integer(), "sqlite")

#: Chat references are 64 hex digits; one-off lanes and keys begin with "once:".
_Ref = String(80)

people = Table(
    "people",
    metadata,
    Column("ref", _Ref, primary_key=True),
    Column("chat_id_enc", LargeBinary, nullable=False),
    Column("language", String(8)),
    Column("language_chosen", Boolean, nullable=False),
    Column("state_enc", LargeBinary, nullable=False),
    Column("unprompted_ok", Boolean, nullable=False),
    Column("silent_since", UtcDateTime),
    Column("delete_after_hours", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False, index=True),
)

#: Keep this table out of backups: a backup with it outlives every wipe.
person_keys = Table(
    "person_keys",
    metadata,
    Column("ref", _Ref, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lane", _Ref, nullable=False),
    Column("person_ref", _Ref, index=True),
    Column("payload_enc", LargeBinary),
    Column("state", String(8), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("answered", Boolean, nullable=False, server_default=false()),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _RowNumber, primary_key=True),
    Column("lane", _Ref, nullable=False),
    Column("person_ref", _Ref, index=True),
    Column("key_ref", _Ref, index=True),
    Column("case_id", String(16)),
    Column("purpose", String(40), nullable=False),
    Column("unprompted", Boolean, nullable=False),
    Column("method", String(40), nullable=False),
    Column("payload_enc", LargeBinary),
    Column("state", String(8), nullable=False),
    Column("reason", String(80)),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcDateTime),
    Column("doubtful", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_outbox_state_lane_id", "state", "lane", "id"),
    sqlite_autoincrement=True,
)

dialogues = Table(
    "dialogues",
    metadata,
    Column("person_ref", _Ref, primary_key=True),
    Column("snapshot_enc", LargeBinary, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False, index=True),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("person_ref", _Ref, nullable=False, index=True),
    Column("state", String(8), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("topic_id", BigInteger, index=True),
    Column("summary_enc", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Index(
        "uq_cases_one_open",
        "person_ref",
        unique=True,
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
)

case_messages = Table(
    "case_messages",
    metadata,
    Column("id", _RowNumber, primary_key=True),
    Column("case_id", String(16), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("direction", String(3), nullable=False),
    Column("staff_message_id", BigInteger, index=True),
    Column("person_message_id", BigInteger),
    Column("outbox_id", BigInteger, index=True),
    Column("text_enc", LargeBinary),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

sent_messages = Table(
    "sent_messages",
    metadata,
    Column("person_ref", _Ref, primary_key=True),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("direction", String(3), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("deleted_by", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _RowNumber, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("event", String(80), nullable=False),
    Column("case_id", String(16), index=True),
    Column("detail", String(1000), nullable=False),
    sqlite_autoincrement=True,
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

#: One row: which master key this database was written under.
key_check = Table(
    "key_check",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String(64), nullable=False),
)
