"""Alembic's entry: runs on the connection and in the transaction that bot.storage.migrate opened."""

from alembic import context

from bot.storage.models import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
