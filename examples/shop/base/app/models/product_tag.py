from flask_appbuilder import Model
from sqlalchemy import Column, ForeignKey, Integer, Table

product_tag = Table(
    "product_tag",
    Model.metadata,
    Column(
        "product_id",
        Integer,
        ForeignKey("product.id", name="fk_product_tag_product_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "tag_id",
        Integer,
        ForeignKey("tag.id", name="fk_product_tag_tag_id", ondelete="CASCADE"),
        primary_key=True,
    ),
)
