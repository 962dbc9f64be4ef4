"""What an update asked for most urgently may have been answered before its turn."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Of what waits now, nothing is known to have been answered."""
    op.add_column("inbox", sa.Column("answered", sa.Boolean(), nullable=False, server_default=sa.false()))
