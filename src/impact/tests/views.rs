use super::*;

const VIEW: &str = "from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from app.models import Customer, Order, Supplier
";

/// A view over `model` with one more statement, on line 6.
#[track_caller]
fn expect_view(model: &str, statement: &str, expected: &[Expected]) {
    let text = format!("{VIEW}class View(ModelView):\n    datamodel = SQLAInterface({model})\n    {statement}\n");
    expect("app/views.py", &text, expected);
}

#[test]
fn lists_of_columns() {
    let cases = [
        "list_columns = ['name', 'phone']",
        "show_columns = ['id'] + ['phone']",
        "add_columns = edit_columns = ['phone']",
        "label_columns = {'phone': 'phone'}",
        "formatters_columns = {'phone': lambda value: value}",
        "base_order = ('phone', 'asc')",
        "base_filters = [['phone', FilterStartsWith, 'phone']]",
        "add_form_extra_fields = {'phone': StringField('phone')}",
        "validators_columns = {'phone': [Length(max=20)]}",
        "show_fieldsets = [('phone', {'fields': ['phone'], 'expanded': True})]",
        "search_exclude_columns = ['phone']",
        "definitions = [{'group': 'phone', 'series': [(aggregate_count, 'id')]}]",
        "order_columns = sorted(['phone', 'name'])",
    ];
    for case in cases {
        expect_view("Customer", case, &[(6, ViewColumn, Certain)]);
        expect_view("Supplier", case, &[]);
    }
}

#[test]
fn paths_through_relationships() {
    expect_view("Order", "list_columns = ['id', 'customer.phone']", &[(6, ViewColumn, Certain)]);
    let related = "edit_form_query_rel_fields = {'customer': [['phone', FilterStartsWith, '1']]}";
    expect_view("Order", related, &[(6, ViewColumn, Certain)]);
}

#[test]
fn the_column_of_a_path_is_that_of_its_own_segment() {
    let text = format!(
        "{VIEW}class View(ModelView):\n    datamodel = SQLAInterface(Order)\n    list_columns = ['customer.phone']\n"
    );
    assert_eq!(uses("app/views.py", &text)[0].column, 31);
}

#[test]
fn wrapped_interfaces_and_base_views() {
    let text = format!(
        "{VIEW}_COLUMNS = ['name',\n    'phone']\nclass Base(ModelView):\n    datamodel = GenInterface(Customer)\n\nclass View(Base):\n    list_columns = _COLUMNS\n"
    );
    expect("app/views.py", &text, &[(5, ViewColumn, Certain)]);
}

#[test]
fn a_view_of_an_unknown_model() {
    let text = "class View(ModelView):\n    datamodel = make()\n    list_columns = ['fax', 'phone']\n";
    expect("app/views.py", text, &[(3, ViewColumn, Possible)]);
}

#[test]
fn hooks_get_the_row() {
    expect_view("Customer", "def pre_add(self, item): item.phone = ''", &[(6, PythonAttribute, Certain)]);
    expect_view("Supplier", "def pre_add(self, item): item.phone = ''", &[]);
    let read = "def f(self, pk): return self.datamodel.get(pk).phone";
    expect_view("Customer", read, &[(6, PythonAttribute, Certain)]);
}

#[test]
fn schemas_forms_and_factories() {
    let schema = "from app.models import Customer
class CustomerSchema(SQLAlchemyAutoSchema):
    class Meta:
        model = Customer
        fields = ('id', 'phone')
    phone = auto_field()
class CustomerFactory(SQLAlchemyModelFactory):
    class Meta:
        model = Customer
    phone = '1'
class CustomerForm(FlaskForm):
    phone = StringField('phone')
class SupplierForm(FlaskForm):
    phone = StringField('phone')
CustomerFactory(phone='2')
";
    expect(
        "app/forms.py",
        schema,
        &[
            (5, FormField, Certain),
            (6, FormField, Certain),
            (10, FormField, Certain),
            (12, FormField, Likely),
            (15, FormField, Likely),
        ],
    );
}
