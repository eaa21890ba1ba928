"""Credit limit, newsletter and VAT number of customers; suppliers

Revision ID: b2c8f4716e05
Revises: 7d94e2b85c10
Create Date: 2025-06-19 09:12:33.871904
"""

import sqlalchemy as sa
from alembic import op

revision = "b2c8f4716e05"
down_revision = "7d94e2b85c10"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("customer") as batch_op:
        batch_op.add_column(
            sa.Column(
                "credit_limit",
                sa.Numeric(precision=12, scale=4),
                server_default="0",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column(
                "newsletter", sa.Boolean(), server_default=sa.false(), nullable=False
            )
        )
        batch_op.add_column(sa.Column("preferences", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column("vat_number", sa.String(length=20), nullable=True)
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_customer_vat_number"), ["vat_number"]
        )
        batch_op.create_check_constraint(
            "ck_customer_credit_limit", "credit_limit >= 0"
        )

    with op.batch_alter_table("product") as batch_op:
        batch_op.add_column(sa.Column("released_on", sa.Date(), nullable=True))

    op.create_table(
        "supplier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
    )


def downgrade():
    op.drop_table("supplier")

    with op.batch_alter_table("product") as batch_op:
        batch_op.drop_column("released_on")

    with op.batch_alter_table("customer") as batch_op:
        batch_op.drop_constraint("ck_customer_credit_limit", type_="check")
        batch_op.drop_constraint(batch_op.f("uq_customer_vat_number"), type_="unique")
        batch_op.drop_column("vat_number")
        batch_op.drop_column("preferences")
        batch_op.drop_column("newsletter")
        batch_op.drop_column("credit_limit")
