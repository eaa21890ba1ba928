use std::collections::BTreeMap;

use super::affected::TestFiles;
use super::*;

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Kind, what is wrong, and the lines that the fault changes (`-` before, `+` after).
fn planted(all: &BTreeMap<String, String>, operator: Operator) -> Vec<String> {
    let found = find(all).into_iter().filter(|mutant| mutant.operator == operator);
    found
        .map(|mutant| {
            let before: Vec<&str> = all[&mutant.path].lines().collect();
            let after: Vec<&str> = mutant.text.lines().collect();
            let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("-{}", line.trim()));
            let come = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+{}", line.trim()));
            format!("{}:{} {}", mutant.path, mutant.line, gone.chain(come).collect::<Vec<_>>().join(" "))
        })
        .collect()
}

const MODEL: &str = r#"
class Product(Model):
    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("sku"),
        CheckConstraint("price >= 0"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sku: Mapped[str] = mapped_column(String(20))
    price: Mapped[Decimal] = mapped_column(Numeric(12, 4), default=0, server_default="0")
    a_id = Column(Integer, ForeignKey("a.id", ondelete="CASCADE"), nullable=False)
    b_id = Column(Integer, ForeignKey("b.id"), unique=True)
"#;

const VIEW: &str = r#"
class ProductView(ModelView):
    datamodel = SQLAInterface(Product)
    list_columns = ["sku", "price"]
    add_columns = edit_columns = ["sku", "price"]
    add_form_extra_fields = {
        "price": decimal_field("Price", places=4, validators=[NumberRange(min=0), Odd()]),
    }
    validators_columns = {"sku": [Length(min=2)]}
    form_rules = [Unique("sku")]
    base_filters = [["owner", FilterEqual, current_user]]


class ProductApi(ModelRestApi):
    datamodel = SQLAInterface(Product)

    @expose("/sum")
    @protect()
    @safe
    def total(self):
        return escape(self.name)
"#;

const MIGRATION: &str = r#"
revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=20), nullable=False),
        sa.Column("a_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("price >= 0"),
        sa.ForeignKeyConstraint(["a_id"], ["a.id"]),
        sa.ForeignKeyConstraint(["b_id"], ["b.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("product") as batch_op:
        batch_op.create_unique_constraint("uq", ["sku"])
    op.create_table("ab_user", sa.Column("name", sa.String(10), nullable=False))


def downgrade():
    op.add_column("product", sa.Column("old", sa.String(3), nullable=False))
"#;

fn shop() -> BTreeMap<String, String> {
    files(&[("app/models.py", MODEL), ("app/views.py", VIEW), ("migrations/1.py", MIGRATION)])
}

#[test]
fn a_validator_is_dropped_with_its_comma() {
    assert_eq!(
        planted(&shop(), Operator::DropValidator),
        [
            r#"app/views.py:7 -"price": decimal_field("Price", places=4, validators=[NumberRange(min=0), Odd()]), +"price": decimal_field("Price", places=4, validators=[Odd()]),"#,
            r#"app/views.py:7 -"price": decimal_field("Price", places=4, validators=[NumberRange(min=0), Odd()]), +"price": decimal_field("Price", places=4, validators=[NumberRange(min=0)]),"#,
            r#"app/views.py:9 -validators_columns = {"sku": [Length(min=2)]} +validators_columns = {}"#,
            r#"app/views.py:10 -form_rules = [Unique("sku")] +form_rules = []"#,
        ]
    );
}

#[test]
fn a_permission_or_a_filter_of_rows_is_dropped() {
    assert_eq!(
        planted(&shop(), Operator::DropPermission),
        [
            r#"app/views.py:11 -base_filters = [["owner", FilterEqual, current_user]] +base_filters = []"#,
            "app/views.py:18 -@protect()",
        ]
    );
    let config = files(&[("config.py", "AUTH_ROLE_PUBLIC = 'Public'\n")]);
    assert_eq!(
        planted(&config, Operator::DropPermission),
        ["config.py:1 -AUTH_ROLE_PUBLIC = 'Public' +AUTH_ROLE_PUBLIC = \"Admin\""]
    );
}

#[test]
fn guards_against_forgery_are_found_across_files() {
    let app = files(&[
        ("app/__init__.py", "def create_app():\n    csrf.init_app(app)\n    db.init_app(app)\n"),
        ("app/extensions.py", "csrf = CSRFProtect()\ndb = SQLA()\n"),
        ("small.py", "CSRFProtect(app)\n"),
        ("config.py", "class Config:\n    SESSION_COOKIE_HTTPONLY = True\n"),
    ]);
    assert_eq!(
        planted(&app, Operator::DropCsrf),
        [
            "app/__init__.py:2 -csrf.init_app(app) +pass",
            "config.py:2 -SESSION_COOKIE_HTTPONLY = True +SESSION_COOKIE_HTTPONLY = False",
            "small.py:1 -CSRFProtect(app) +pass",
        ]
    );
    assert_eq!(planted(&shop(), Operator::DropCsrf), ["app/views.py:14 +allow_browser_login = True"]);
}

#[test]
fn models_and_migrations_lose_what_they_promise() {
    assert_eq!(
        planted(&shop(), Operator::DropConstraint),
        [
            "app/models.py:5 -__table_args__ = ( -UniqueConstraint(\"sku\"), -CheckConstraint(\"price >= 0\"), -) +__table_args__ = (CheckConstraint(\"price >= 0\"),)",
            "app/models.py:6 -__table_args__ = ( -UniqueConstraint(\"sku\"), -CheckConstraint(\"price >= 0\"), -) +__table_args__ = (UniqueConstraint(\"sku\"),)",
            "app/models.py:12 -b_id = Column(Integer, ForeignKey(\"b.id\"), unique=True) +b_id = Column(Integer, ForeignKey(\"b.id\"), unique=False)",
            "migrations/1.py:12 -sa.CheckConstraint(\"price >= 0\"),",
            "migrations/1.py:13 -sa.ForeignKeyConstraint([\"a_id\"], [\"a.id\"]),",
            "migrations/1.py:14 -sa.ForeignKeyConstraint([\"b_id\"], [\"b.id\"]),",
            "migrations/1.py:18 -batch_op.create_unique_constraint(\"uq\", [\"sku\"]) +None",
        ]
    );
    assert_eq!(
        planted(&shop(), Operator::AllowNull),
        [
            "app/models.py:9 -sku: Mapped[str] = mapped_column(String(20)) +sku: Mapped[str | None] = mapped_column(String(20))",
            "app/models.py:10 -price: Mapped[Decimal] = mapped_column(Numeric(12, 4), default=0, server_default=\"0\") +price: Mapped[Decimal | None] = mapped_column(Numeric(12, 4), default=0, server_default=\"0\")",
            "app/models.py:11 -a_id = Column(Integer, ForeignKey(\"a.id\", ondelete=\"CASCADE\"), nullable=False) +a_id = Column(Integer, ForeignKey(\"a.id\", ondelete=\"CASCADE\"), nullable=True)",
            "migrations/1.py:10 -sa.Column(\"sku\", sa.String(length=20), nullable=False), +sa.Column(\"sku\", sa.String(length=20), nullable=True),",
        ]
    );
    assert_eq!(
        planted(&shop(), Operator::SwapKeys),
        [
            "app/models.py:2 -a_id = Column(Integer, ForeignKey(\"a.id\", ondelete=\"CASCADE\"), nullable=False) -b_id = Column(Integer, ForeignKey(\"b.id\"), unique=True) +a_id = Column(Integer, ForeignKey(\"b.id\", ondelete=\"CASCADE\"), nullable=False) +b_id = Column(Integer, ForeignKey(\"a.id\"), unique=True)",
            "migrations/1.py:7 -sa.ForeignKeyConstraint([\"a_id\"], [\"a.id\"]), -sa.ForeignKeyConstraint([\"b_id\"], [\"b.id\"]), +sa.ForeignKeyConstraint([\"a_id\"], [\"b.id\"]), +sa.ForeignKeyConstraint([\"b_id\"], [\"a.id\"]),",
        ]
    );
    assert_eq!(planted(&shop(), Operator::WidenType).len(), 2, "the model's and the migration's, not downgrade's");
    assert_eq!(planted(&shop(), Operator::LoseScale).len(), 2, "the model's and the form's");
    assert_eq!(planted(&shop(), Operator::DropDefault).len(), 1);
    assert_eq!(planted(&shop(), Operator::DropCascade).len(), 1);
}

#[test]
fn a_master_page_has_no_formatters_to_break() {
    let mut app = shop();
    let master =
        "class Master(MasterDetailView):\n    datamodel = SQLAInterface(Product)\n    list_columns = [\"sku\"]\n";
    let before = planted(&app, Operator::RawHtml);
    app.insert("app/master.py".into(), master.into());
    assert_eq!(planted(&app, Operator::RawHtml), before);
}

#[test]
fn a_chart_has_no_pages_to_take_away() {
    let mut app = shop();
    let chart = "class Chart(ChartView):\n    datamodel = SQLAInterface(Product)\n    group_columns = [\"state\"]\n";
    let before = planted(&app, Operator::Unpage);
    app.insert("app/chart.py".into(), chart.into());
    assert_eq!(planted(&app, Operator::Unpage), before);
}

#[test]
fn a_class_without_a_model_is_about_everything() {
    let mut app = shop();
    app.insert("app/fabkit/api.py".into(), "class Base:\n    @protect()\n    def get(self):\n        pass\n".into());
    let mutants = find(&app);
    let of_base = mutants.iter().find(|mutant| mutant.path == "app/fabkit/api.py").unwrap();
    let tests = files(&[("tests/security/test_access.py", ""), ("tests/unit/test_base.py", "class Base: Product")]);
    assert_eq!(
        TestFiles::new(&tests, &mutants).affected(of_base),
        ["tests/security/test_access.py", "tests/unit/test_base.py"]
    );
}

#[test]
fn pages_write_html_and_lists_read_everything() {
    let mut app = shop();
    app.insert("app/templates/a.html".into(), "<b>{{ row.name }}</b>{{ super() }}{{ row.x | upper }}\n".into());
    assert_eq!(
        planted(&app, Operator::RawHtml),
        [
            "app/templates/a.html:1 -<b>{{ row.name }}</b>{{ super() }}{{ row.x | upper }} +<b>{{ row.name | safe }}</b>{{ super() }}{{ row.x | upper }}",
            "app/views.py:2 +formatters_columns = {\"sku\": __import__(\"markupsafe\").Markup}",
            "app/views.py:21 -return escape(self.name) +return __import__(\"markupsafe\").Markup(self.name)",
        ]
    );
    assert_eq!(
        planted(&app, Operator::Unpage),
        ["app/views.py:2 +page_size = 0", "app/views.py:14 +page_size = max_page_size = -1"]
    );
    assert_eq!(
        planted(&app, Operator::ExposeKey),
        [
            "app/views.py:5 -add_columns = edit_columns = [\"sku\", \"price\"] +add_columns = edit_columns = [\"id\", \"sku\", \"price\"]"
        ]
    );
}

#[test]
fn what_is_no_whole_python_is_passed_over() {
    let app = files(&[("a.py", "class A(:\n"), ("b.txt", "x"), ("c.py", &"(".repeat(5000)), ("d.html", "{{ a.b")]);
    assert_eq!(find(&app), []);
}

#[test]
fn a_sample_has_every_kind_and_is_always_the_same() {
    let all = find(&shop());
    let few = sample(all.clone(), 14);
    assert_eq!(few.len(), 14);
    assert_eq!(few, sample(all.clone(), 14));
    let kinds: BTreeSet<Operator> = all.iter().map(|mutant| mutant.operator).collect();
    assert_eq!(few.iter().map(|mutant| mutant.operator).collect::<BTreeSet<_>>(), kinds);
    assert_eq!(sample(all.clone(), 1000), all);
}

#[test]
fn tests_of_the_table_come_first_and_other_tables_not_at_all() {
    let mut app = shop();
    app.insert("app/b.py".into(), "class B(Model):\n    __tablename__ = \"b\"\n    x = Column(String(3))\n".into());
    let mutants = find(&app);
    let tests = files(&[
        ("tests/integration/test_b_views.py", "from app.models import B"),
        ("tests/security/test_access.py", "def test_url_map(): pass"),
        ("tests/integration/test_product_views.py", "from app.models import Product"),
        ("tests/unit/test_product.py", "from app.models import Product"),
        ("tests/unit/test_cart.py", "from app.models import Product"),
    ]);
    let of_view = mutants.iter().find(|mutant| mutant.path == "app/views.py").unwrap();
    assert_eq!(
        TestFiles::new(&tests, &mutants).affected(of_view),
        [
            "tests/unit/test_product.py",
            "tests/integration/test_product_views.py",
            "tests/security/test_access.py",
            "tests/unit/test_cart.py",
        ]
    );
    let of_migration = mutants.iter().find(|mutant| mutant.path == "migrations/1.py").unwrap();
    assert!(of_migration.subjects.contains("Product"), "{:?}", of_migration.subjects);
}
