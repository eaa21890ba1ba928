"""Where a product comes from, and what it weighs

Revision ID: d8134be6f02a
Revises: c5e09a7f13b8
Create Date: 2026-03-02 15:02:11.764120
"""

import sqlalchemy as sa
from alembic import op

revision = "d8134be6f02a"
down_revision = "c5e09a7f13b8"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("product") as batch_op:
        batch_op.add_column(sa.Column("supplier_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("weight_grams", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_product_supplier_id"), "supplier", ["supplier_id"], ["id"]
        )
        batch_op.create_index(
            batch_op.f("ix_product_supplier_id"), ["supplier_id"], unique=False
        )

    # The office has entered some suppliers twice. The later one gets its id as a
    # suffix: which of the two is right is for people to say.
    supplier = sa.table("supplier", sa.column("id"), sa.column("name", sa.String(120)))
    earlier, later = supplier.alias("earlier"), supplier.alias("later")
    again = sa.and_(earlier.c.name == later.c.name, earlier.c.id < later.c.id)
    # MySQL selects from what it updates only at one remove.
    twice = sa.select(later.c.id).where(again).subquery("twice")
    suffix = sa.literal(" #") + sa.cast(supplier.c.id, sa.String(11))
    op.execute(
        supplier.update()
        .where(supplier.c.id.in_(sa.select(twice.c.id)))
        .values(name=sa.func.substr(supplier.c.name, 1, 108) + suffix)
    )
    op.create_index("ux_supplier_name", "supplier", ["name"], unique=True)


def downgrade():
    op.drop_index("ux_supplier_name", table_name="supplier")

    with op.batch_alter_table("product") as batch_op:
        # MySQL needs the index for as long as there is the key.
        batch_op.drop_constraint(
            batch_op.f("fk_product_supplier_id"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_product_supplier_id"))
        batch_op.drop_column("weight_grams")
        batch_op.drop_column("supplier_id")
