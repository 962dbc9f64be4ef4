"""A chat's messages may be deleted after a time the person picks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nobody has picked a time yet."""
    op.add_column("people", sa.Column("delete_after_hours", sa.Integer(), nullable=True))
    op.add_column("sent_messages", sa.Column("deleted_by", sa.BigInteger(), nullable=True))
