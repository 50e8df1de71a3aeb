"""Brings the database to the newest schema; safe to run by every process at every start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from bot.storage.engine import WRITE, sync_engine

FOLDER = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Run the migrations that the database at `url` has not seen yet."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    engine = sync_engine(url)
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(**WRITE)
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    # Two processes that start at once must not both create the tables.
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7263901)")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    finally:
        engine.dispose()
