"""What alembic runs to migrate: the steps, on the connection that `inventory.tables.migrate` hands over, within its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
