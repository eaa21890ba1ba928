"""Call the customer's address email, and forget about fax

Revision ID: c5e09a7f13b8
Revises: b2c8f4716e05
Create Date: 2026-03-02 11:20:46.093518
"""

import sqlalchemy as sa
from alembic import op

revision = "c5e09a7f13b8"
down_revision = "b2c8f4716e05"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("customer") as batch_op:
        batch_op.alter_column(
            "mail",
            new_column_name="email",
            existing_type=sa.String(length=120),
            existing_nullable=False,
        )
        batch_op.drop_column("fax")


def downgrade():
    # The contents of fax are lost. SQLite copies the table, and can put the column back
    # where it was.
    copy = op.get_bind().dialect.name == "sqlite"
    recreate = "always" if copy else "never"
    with op.batch_alter_table("customer", recreate=recreate) as batch_op:
        batch_op.add_column(
            sa.Column("fax", sa.String(length=30), nullable=True),
            insert_after="phone" if copy else None,
        )
        batch_op.alter_column(
            "email",
            new_column_name="mail",
            existing_type=sa.String(length=120),
            existing_nullable=False,
        )
