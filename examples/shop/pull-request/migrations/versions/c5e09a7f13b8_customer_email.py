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
    # Copying the table puts fax back where it was; its contents are lost.
    with op.batch_alter_table("customer", recreate="always") as batch_op:
        batch_op.add_column(
            sa.Column("fax", sa.String(length=30), nullable=True), insert_after="phone"
        )
        batch_op.alter_column(
            "email",
            new_column_name="mail",
            existing_type=sa.String(length=120),
            existing_nullable=False,
        )
