//! Schemas, forms and filters.

use super::*;

#[test]
fn marshmallow() {
    expect_used(
        r#"
class CustomerSchema(SQLAlchemyAutoSchema):
    class Meta:
        model = Customer
        exclude = ["phone"]  # certain
        dump_only = ("fax",)  # certain

    number = fields.String(attribute="phone", data_key="fax")  # certain
    phone = fields.Function(lambda customer: customer.name)
    fax = auto_field()  # certain
    dial = fields.Function(lambda obj: obj.phone)  # certain
    call = fields.Method("get_call")

    def get_call(self, obj):
        return obj.phone  # certain

    @validates("fax")  # certain
    def check(self, value, **kwargs): ...


class SupplierSchema(SQLAlchemyAutoSchema):
    class Meta:
        model = Supplier
        fields = ("id", "phone")

    phone = auto_field()


class OrderSchema(Schema):
    customer = fields.Nested(CustomerSchema, only=("id", "phone"))  # certain
    people = fields.List(fields.Nested("CustomerSchema", exclude=["fax"]))  # certain
    first = fields.Pluck("CustomerSchema", "phone")  # certain
    supplier = fields.Nested(SupplierSchema, only=("phone",))


CustomerSchema(only=["phone"], many=True)  # certain
SupplierSchema(only=["phone"])
"#,
    );
}

#[test]
fn forms_of_a_view() {
    expect_used(
        r#"
class ContactForm(DynamicForm):
    name = StringField("name")
    phone = StringField("phone")  # certain

class VendorForm(DynamicForm):
    phone = StringField("phone")

class CustomerView(ModelView):
    datamodel = SQLAInterface(Customer)
    edit_form = add_form = ContactForm

class SupplierView(ModelView):
    datamodel = SQLAInterface(Supplier)
    add_form = VendorForm

class OrderForm(DynamicForm):
    customer = QuerySelectField("customer", query_factory=lambda: session.query(Customer), get_label="phone")  # certain
"#,
    );
}

#[test]
fn filters() {
    expect_used(
        r#"
class Active(BaseFilter):
    def apply(self, query, value):
        return query.filter(Customer.phone == value)  # certain

class CustomerView(ModelView):
    datamodel = SQLAInterface(Customer)
    base_filters = [["phone", FilterEqual, ""]]  # certain
    order_rel_fields = {"orders": ("phone", "asc")}

    def f(self):
        self.datamodel.get_filters().add_filter("phone", FilterEqual, 1)  # certain
        self._filters.add_filter("fax", FilterEqual, 1)  # certain
        FilterEqual("phone", self.datamodel)  # certain
        self.datamodel.query(order_column="phone")  # certain

class SupplierView(ModelView):
    datamodel = SQLAInterface(Supplier)

    def f(self):
        self.datamodel.get_filters().add_filter("phone", FilterEqual, 1)
        FilterEqual("phone", self.datamodel)
"#,
    );
}

#[test]
fn lists_that_grow() {
    expect_used(
        r#"
class CustomerView(ModelView):
    datamodel = SQLAInterface(Customer)
    list_columns = ["name"]
    list_columns += ["phone"]  # certain
    show_columns = [*list_columns, "fax"]  # certain
    add_fieldsets = [("phone", {"fields": ["name", "fax"]})]  # certain
    order_columns = Base.order_columns + ["phone"]  # certain
    direct_columns = {"phone": ("name", "fax")}  # certain
    definitions = [{"label": "phone", "group": "name", "series": [(aggregate_sum, "phone")]}]  # certain
    label_columns = dict(phone="Phone")  # certain
    edit_columns = add_columns = ["fax"]  # certain
    related_views = [OrderView]
    base_permissions = ["phone"]

    def __init__(self):
        self.search_columns = ["phone"]  # certain

CustomerView.list_columns.append("fax")  # certain

class CustomerApi(ModelRestApi):
    datamodel = SQLAInterface(Customer)
    resource_name = "phone"
    list_select_columns = ["id", "phone"]  # certain
    show_select_columns = ["fax"]  # certain
    order_rel_fields = {"orders": ("number", "asc")}
    add_model_schema = CustomerSchema()

class SupplierApi(ModelRestApi):
    datamodel = SQLAInterface(Supplier)
    list_columns = ["id"]
    list_columns += ["phone"]
    list_select_columns = ["id", "phone"]

class OrderApi(ModelRestApi):
    datamodel = SQLAInterface(Order)
    order_rel_fields = {"customer": ("phone", "asc")}  # certain
    base_related_field_filters = {"customer": [["fax", FilterEqual, ""]]}  # certain
    list_columns = ["customer.phone", "phone"]  # certain
"#,
    );
}
