"""Runs the migrations on the database that companion.migrate names, with every room's tables known."""

from importlib import import_module
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, pool

import companion
from companion.store import Base
from companion.web import limit

for model in sorted(Path(companion.__path__[0]).glob("*/model.py")):
    import_module(f"companion.{model.parent.name}.model")
assert limit.Bucket.__table__ in Base.metadata.sorted_tables

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # machines that start together: one migrates, the others wait here and then find nothing to do
        connection.exec_driver_sql("SELECT pg_advisory_lock(4077)")
        # a migration carries everybody's rows
        connection.exec_driver_sql("SELECT set_config('companion.records', '*', false)")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        user_module_prefix="companion.store.",
    )
    before = context.get_context().get_current_heads()
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite" and context.get_context().get_current_heads() != before:
        # of what a migration took away, or wrote anew, no byte stays in the file
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
