"""Run by Alembic: hands it the open connection and the tables."""

from typing import Any, Literal

from alembic import context

from bot.store.models import UtcDateTime, metadata


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration must not change with the code: our type is written down as the plain type beneath it."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_render,
    # SQLite can roll back changes of tables; the caller's transaction covers all steps.
    transactional_ddl=True,
)
context.run_migrations()
