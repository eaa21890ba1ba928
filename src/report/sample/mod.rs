//! A realistic run to write reports from: a shop whose pull request drops, renames, narrows and adds.

pub mod schemas;

use jiff::Timestamp;
use serde_json::json;

use super::facts::*;
use crate::diff::{
    Change, ChangeId, ColumnDifference, Constraint, RenameEvidence, SchemaChange, SchemaChangeType, Severity,
};
use crate::gate::{self, Access, Approval, ApprovalState, Person, Policy, Source, Standing};
use crate::hazard::{Confidence, Finding};
use crate::impact::{ContractChange, ContractEffect, SourceFile, Usage, UsageConfidence, UsageKind};
use crate::outcome::{Artifacts, TestCase, TestKind, TestReport, TestStatus, TestSuite};
use crate::schema::{CheckConstraint, Dialect, ObjectName};

pub const FAX: &str = "4f2a1c9d00000000000000000000000000000000000000000000000000000001";
const MAIL: &str = "9b01e7aa00000000000000000000000000000000000000000000000000000002";
const PRICE: &str = "77de04b100000000000000000000000000000000000000000000000000000003";
const LOYALTY: &str = "a81c55f000000000000000000000000000000000000000000000000000000004";
const INVOICE: &str = "c3c3d21e00000000000000000000000000000000000000000000000000000005";
const SKU: &str = "e5190b7700000000000000000000000000000000000000000000000000000006";
const CHECK: &str = "08fd6c2300000000000000000000000000000000000000000000000000000007";
const CARRIER: &str = "d04e9a1200000000000000000000000000000000000000000000000000000008";

/// A record of one change, with what the report does not look at left plain.
pub fn record(id: &str, kind: SchemaChangeType, severity: Severity, compatible: bool, change: Change) -> SchemaChange {
    let subject = super::wording::change::subject(&change);
    let (table, column) = subject.split_once('.').map_or((subject.as_str(), None), |(t, c)| (t, Some(c)));
    SchemaChange {
        change_id: ChangeId(id.to_owned()),
        change_type: kind,
        timestamp: Timestamp::UNIX_EPOCH,
        table_name: table.to_owned(),
        column_name: column.map(str::to_owned),
        old_definition: None,
        new_definition: Some(json!({"name": subject})),
        impact_severity: severity,
        backward_compatible: compatible,
        requires_approval: severity == Severity::Breaking,
        rollback_plan: None,
        affected_tables: vec![table.to_owned()],
        affected_relationships: Vec::new(),
        detected_by: "auto",
        source_system: "database",
        change_description: super::wording::change::what(&change).plain(),
        migration_script: None,
        change,
    }
}

fn changes() -> Vec<SchemaChange> {
    let customer = || ObjectName::new("customer");
    let (before, after) = (schemas::before(), schemas::after());
    let find = |schema: &crate::schema::Schema, table: &str, name: &str| {
        schema.table(&table.into()).and_then(|table| table.column(name)).cloned().expect("a column of the sample")
    };
    let order_item = after.table(&"order_item".into()).expect("a table of the sample");
    let orders = after.table(&"orders".into()).expect("a table of the sample");
    vec![
        record(
            INVOICE,
            SchemaChangeType::TableAdded,
            Severity::Low,
            true,
            Change::TableAdded { table: after.table(&"invoice".into()).cloned().expect("a table of the sample") },
        ),
        record(
            FAX,
            SchemaChangeType::ColumnRemoved,
            Severity::Breaking,
            false,
            Change::ColumnRemoved { table: customer(), column: find(&before, "customer", "fax") },
        ),
        record(
            MAIL,
            SchemaChangeType::ColumnRenamed,
            Severity::Breaking,
            false,
            Change::ColumnRenamed {
                table: customer(),
                from: find(&before, "customer", "mail"),
                to: find(&after, "customer", "email"),
                evidence: RenameEvidence::Observed {
                    statement: "ALTER TABLE customer RENAME COLUMN mail TO email".to_owned(),
                },
            },
        ),
        record(
            LOYALTY,
            SchemaChangeType::ColumnAdded,
            Severity::Medium,
            true,
            Change::ColumnAdded { table: customer(), column: find(&after, "customer", "loyalty") },
        ),
        record(
            PRICE,
            SchemaChangeType::ColumnModified,
            Severity::High,
            true,
            Change::ColumnModified {
                table: "order_item".into(),
                from: find(&before, "order_item", "price"),
                to: find(&after, "order_item", "price"),
                differences: vec![ColumnDifference::Type],
            },
        ),
        record(
            CHECK,
            SchemaChangeType::ConstraintAdded,
            Severity::High,
            true,
            Change::ConstraintAdded {
                table: "order_item".into(),
                constraint: Constraint::Check(CheckConstraint {
                    column: None,
                    name: Some("order_item_quantity_positive".to_owned()),
                    expression: order_item.checks[0].expression.clone(),
                }),
            },
        ),
        record(
            CARRIER,
            SchemaChangeType::RelationshipAdded,
            Severity::Medium,
            true,
            Change::RelationshipAdded { table: "orders".into(), foreign_key: orders.foreign_keys[1].clone() },
        ),
        record(
            SKU,
            SchemaChangeType::IndexAdded,
            Severity::High,
            true,
            Change::IndexAdded {
                table: "product".into(),
                index: after.table(&"product".into()).expect("a table of the sample").indexes[0].clone(),
            },
        ),
    ]
}

fn usage(id: &str, path: &str, line: u32, kind: UsageKind, excerpt: &str, explanation: &str) -> Usage {
    Usage {
        path: path.to_owned(),
        line,
        column: 9,
        change_id: ChangeId(id.to_owned()),
        kind,
        confidence: UsageConfidence::Certain,
        excerpt: excerpt.to_owned(),
        explanation: explanation.to_owned(),
        regenerated: path.starts_with("app/models/") || path.starts_with("app/views/") || path.starts_with("app/api/"),
    }
}

fn contract() -> Vec<ContractChange> {
    let change = |id: &str, field: &str, effect| ContractChange {
        change_id: ChangeId(id.to_owned()),
        endpoint: "/api/v1/customer/".to_owned(),
        field: field.to_owned(),
        methods: vec!["GET", "POST", "PUT"],
        effect,
        path: "app/api/customer.py".to_owned(),
        line: 9,
    };
    vec![
        change(FAX, "fax", ContractEffect::Gone),
        change(MAIL, "mail", ContractEffect::Renamed { to: "email".to_owned() }),
    ]
}

fn usages() -> Vec<Usage> {
    use UsageKind::*;
    vec![
        usage(
            FAX,
            "app/cards.py",
            14,
            PythonAttribute,
            "lines.append(customer.fax)",
            "Customer.fax through the parameter annotation",
        ),
        usage(
            FAX,
            "app/templates/card.html",
            7,
            Template,
            "<td>{{ customer.fax }}</td>",
            "customer.fax in an expression",
        ),
        usage(
            FAX,
            "app/reports.py",
            31,
            SqlString,
            "SELECT name, fax FROM customer",
            "column fax of customer in a query",
        ),
        usage(
            FAX,
            "app/models/customer.py",
            22,
            ModelDefinition,
            "fax = mapped_column(String(40))",
            "the attribute itself",
        ),
        usage(FAX, "app/views/customer.py", 18, ViewColumn, "\"fax\",", "an entry of list_columns"),
        usage(
            MAIL,
            "app/models/customer.py",
            21,
            ModelDefinition,
            "mail = mapped_column(String(120), nullable=False)",
            "the attribute itself",
        ),
        usage(MAIL, "app/views/customer.py", 17, ViewColumn, "\"mail\",", "an entry of list_columns"),
        usage(MAIL, "app/api/customer.py", 12, ViewColumn, "\"mail\",", "an entry of show_columns"),
    ]
}

fn sources() -> Vec<SourceFile> {
    let source = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned(), generated: false };
    vec![
        source(
            "app/cards.py",
            "\"\"\"Business cards.\"\"\"\n\nfrom app.models import Customer\n\n\ndef card(customer: Customer) -> str:\n    \"\"\"The text of a card.\"\"\"\n    lines = [\n        customer.name,\n        customer.city,\n    ]\n    if customer.phone:\n        lines.append(customer.phone)\n    lines.append(customer.fax)\n    return \"\\n\".join(lines)\n",
        ),
        source(
            "app/templates/card.html",
            "{% extends \"appbuilder/base.html\" %}\n{% block content %}\n<table class=\"table\">\n  <tr><th>Name</th><th>Fax</th></tr>\n  {% for customer in customers %}\n  <tr><td>{{ customer.name }}</td>\n    <td>{{ customer.fax }}</td>\n  </tr>\n  {% endfor %}\n</table>\n{% endblock %}\n",
        ),
    ]
}

fn findings() -> Vec<Finding> {
    vec![
        Finding {
            rule: "unique-on-existing-rows",
            aliases: Vec::new(),
            change_id: Some(ChangeId(SKU.to_owned())),
            statement: None,
            place: None,
            table: None,
            item: None,
            severity: Severity::High,
            confidence: Confidence::Medium,
            message: "The unique index fails on a database that holds two products with one sku.".to_owned(),
            advice: "SELECT sku, count(*) FROM product\nWHERE sku IS NOT NULL\nGROUP BY sku HAVING count(*) > 1;"
                .to_owned(),
        },
        Finding {
            rule: "narrowed-type",
            aliases: Vec::new(),
            change_id: Some(ChangeId(PRICE.to_owned())),
            statement: None,
            place: None,
            table: None,
            item: None,
            severity: Severity::High,
            confidence: Confidence::High,
            message: "Prices with more than two digits after the point are rounded.".to_owned(),
            advice: "Round in the application first, release, then narrow the type in a second pull request."
                .to_owned(),
        },
    ]
}

/// A suite of passing tests, with those of `failed` failing.
pub fn report(failed: &[(&str, &str, &str)], passed: usize) -> TestReport {
    let modules = ["test_customer", "test_category", "test_product", "test_orders", "test_order_item", "test_tag"];
    let case = |kind: TestKind, at: usize| TestCase {
        classname: format!("tests.{}.{}", kind.as_str(), modules[at % modules.len()]),
        name: format!(
            "test_{}",
            ["round_trip", "requires_a_name", "keeps_decimals", "lists", "refuses_strangers"][at % 5]
        ) + &if at >= 30 { format!("[{}]", at / 30) } else { String::new() },
        seconds: 0.012 + 0.003 * (at % 7) as f64,
        status: TestStatus::Passed,
        artifacts: Artifacts::default(),
    };
    let mut suites: Vec<TestSuite> = [(TestKind::Unit, 2), (TestKind::Integration, 3), (TestKind::Security, 6)]
        .into_iter()
        .map(|(kind, share)| TestSuite { kind, cases: (0..passed / share).map(|at| case(kind, at)).collect() })
        .collect();
    for (classname, name, message) in failed {
        suites[0].cases.push(TestCase {
            classname: (*classname).to_owned(),
            name: (*name).to_owned(),
            seconds: 0.2,
            status: TestStatus::Failed {
                message: (*message).to_owned(),
                detail: format!("def {name}(client):\n>       assert response.status_code == 200\nE       {message}"),
            },
            artifacts: Artifacts::default(),
        });
    }
    suites[2].cases.push(TestCase {
        classname: "tests.security.test_limits".to_owned(),
        name: "test_rate_limit".to_owned(),
        seconds: 0.0,
        status: TestStatus::Skipped { reason: "the application sets no rate limit".to_owned() },
        artifacts: Artifacts::default(),
    });
    TestReport { suites, seconds: 48.2 }
}

fn rehearsal() -> Rehearsal {
    let revision = |id: &str, message: &str, path: &str, statements: &[(&str, f64)]| AppliedRevision {
        id: id.to_owned(),
        message: message.to_owned(),
        path: Some(path.to_owned()),
        statements: statements
            .iter()
            .map(|(sql, seconds)| AppliedStatement {
                sql: (*sql).to_owned(),
                seconds: Some(*seconds),
                ..AppliedStatement::default()
            })
            .collect(),
    };
    let rows = |table: &str, before: Option<u64>, after: Option<u64>| TableRows { table: table.into(), before, after };
    Rehearsal {
        revisions: vec![
            revision(
                "a41f",
                "rename mail, drop fax",
                "migrations/versions/a41f_rename_mail.py",
                &[
                    ("ALTER TABLE customer RENAME COLUMN mail TO email", 0.0021),
                    ("ALTER TABLE customer DROP COLUMN fax", 0.0389),
                    ("ALTER TABLE customer ADD COLUMN loyalty INTEGER DEFAULT 0 NOT NULL", 0.0012),
                ],
            ),
            revision(
                "b7c2",
                "invoices, cheaper prices",
                "migrations/versions/b7c2_invoices.py",
                &[
                    (
                        "CREATE TABLE invoice (\n\tid INTEGER NOT NULL,\n\torder_id INTEGER NOT NULL,\n\tnumber VARCHAR(20) NOT NULL,\n\ttotal NUMERIC(10, 2) NOT NULL,\n\tissued DATE NOT NULL,\n\tPRIMARY KEY (id),\n\tFOREIGN KEY(order_id) REFERENCES orders (id)\n)",
                        0.0034,
                    ),
                    (
                        "CREATE TABLE _alembic_tmp_order_item (id INTEGER NOT NULL, order_id INTEGER NOT NULL, product_id INTEGER NOT NULL, quantity INTEGER NOT NULL, price NUMERIC(8, 2) NOT NULL, PRIMARY KEY (id))",
                        0.0018,
                    ),
                    ("INSERT INTO _alembic_tmp_order_item SELECT * FROM order_item", 0.0712),
                    ("DROP TABLE order_item", 0.0095),
                    ("ALTER TABLE _alembic_tmp_order_item RENAME TO order_item", 0.0041),
                    ("CREATE UNIQUE INDEX ix_product_sku ON product (sku)", 0.0107),
                ],
            ),
        ],
        tables: vec![
            rows("category", Some(60), Some(60)),
            rows("customer", Some(2400), Some(2400)),
            rows("invoice", None, Some(0)),
            rows("order_item", Some(7200), Some(7200)),
            rows("orders", Some(3600), Some(3600)),
            rows("product", Some(940), Some(940)),
        ],
        lost: vec![
            LostValues {
                change_id: Some(ChangeId(FAX.to_owned())),
                table: "customer".into(),
                column: Some("fax".to_owned()),
                values: 1812,
                fate: Fate::Deleted,
            },
            LostValues {
                change_id: Some(ChangeId(PRICE.to_owned())),
                table: "order_item".into(),
                column: Some("price".to_owned()),
                values: 31,
                fate: Fate::Altered,
            },
        ],
    }
}

/// The whole run.
pub fn facts() -> Facts {
    let changes = changes();
    let policy = Policy::simple(Some(Severity::Breaking), vec!["@acme/data".to_owned()], 1);
    let approvals = [Approval {
        change_id: ChangeId(MAIL.to_owned()),
        by: Person {
            login: "marta".to_owned(),
            access: Access::Write,
            teams: vec!["@acme/data".to_owned()],
            ..Person::default()
        },
        state: ApprovalState::Given,
        source: Source::Comment,
    }];
    let standing = Standing { author: Some("jo".to_owned()), ..Standing::default() };
    let decision = gate::evaluate(&policy, &gate::changes(&changes), &approvals, &standing);
    Facts {
        base: Revision { name: "main".to_owned(), commit: "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334".to_owned() },
        head: Revision { name: "invoices".to_owned(), commit: "d4e5f6a7b8c90011223344556677889900aabbcc".to_owned() },
        dialect: Dialect::Sqlite,
        server: Some("SQLite 3.40.1".to_owned()),
        seconds: 61.3,
        repository_url: Some("https://github.com/acme/shop".to_owned()),
        report_url: Some("https://github.com/acme/shop/actions/runs/42#artifacts".to_owned()),
        before: Some(schemas::before()),
        after: Some(schemas::after()),
        changes,
        findings: findings(),
        history: Vec::new(),
        ignored: Vec::new(),
        usages: Some(usages()),
        contract: contract(),
        dependents: vec![Dependents { change_id: ChangeId(FAX.to_owned()), names: vec!["view customer_directory".to_owned()] }],
        sources: sources(),
        questions: Vec::new(),
        rehearsal: Some(rehearsal()),
        failure: None,
        generated: Some(Generated {
            changed: [
                "app/api/customer.py",
                "app/models/customer.py",
                "app/models/invoice.py",
                "app/views/customer.py",
                "tests/unit/test_invoice.py",
            ]
            .map(str::to_owned)
            .to_vec(),
            hand_edits: 12,
            conflicts: Vec::new(),
            commit: Some("c0ffee1234567890c0ffee1234567890c0ffee12".to_owned()),
        }),
        tests: Some(report(&[], 402)),
        compatibility: Compatibility::Measured(report(
            &[
                ("tests.integration.test_customer_views", "test_customer_list_shows_fax", "assert 500 == 200"),
                ("tests.integration.test_customer_api", "test_customer_mail_round_trip", "KeyError: 'mail'"),
            ],
            316,
        )),
        series: None,
        way_back: WayBack::Proven { rows: 14_200 },
        migration_sql: Some(
            "ALTER TABLE \"customer\" RENAME COLUMN \"mail\" TO \"email\";\nALTER TABLE \"customer\" DROP COLUMN \"fax\";\nALTER TABLE \"customer\" ADD COLUMN \"loyalty\" INTEGER NOT NULL DEFAULT 0;\nCREATE UNIQUE INDEX \"ix_product_sku\" ON \"product\" (\"sku\");\n".to_owned(),
        ),
        rollback_sql: Some(
            "DROP INDEX \"ix_product_sku\";\nALTER TABLE \"customer\" DROP COLUMN \"loyalty\";\n-- The values of customer.fax are gone: the column comes back empty.\nALTER TABLE \"customer\" ADD COLUMN \"fax\" VARCHAR(40);\nALTER TABLE \"customer\" RENAME COLUMN \"email\" TO \"mail\";\n".to_owned(),
        ),
        decision: Some(decision),
        approval_command: Some("/fabwright approve".to_owned()),
        answers: Vec::new(),
        notes: Vec::new(),
    }
}

/// A run without any difference.
pub fn nothing() -> Facts {
    let mut facts = facts();
    facts.after = facts.before.clone();
    facts.changes.clear();
    facts.findings.clear();
    facts.usages = Some(Vec::new());
    facts.rehearsal = Some(Rehearsal::default());
    facts.generated = Some(Generated::default());
    facts.compatibility = Compatibility::Inferred { reason: String::new() };
    facts.migration_sql = None;
    facts.rollback_sql = None;
    let policy = Policy::simple(Some(Severity::Breaking), Vec::new(), 1);
    facts.decision = Some(gate::evaluate(&policy, &[], &[], &Standing::default()));
    facts
}

/// A run that stopped in the pull request's migration.
pub fn failed() -> Facts {
    let all = facts();
    Facts {
        server: all.server,
        seconds: all.seconds,
        repository_url: all.repository_url,
        report_url: all.report_url,
        before: all.before,
        failure: Some(Failure {
            stage: "the pull request's migration".to_owned(),
            revision: Some("b7c2".to_owned()),
            path: Some("migrations/versions/b7c2_invoices.py".to_owned()),
            line: Some(27),
            statement: Some("CREATE UNIQUE INDEX ix_product_sku ON product (sku)".to_owned()),
            error: "UNIQUE constraint failed: product.sku".to_owned(),
            row: Some("product id=17: sku='A-100' (the same as id=4)".to_owned()),
            next_step: Some("Make the values unique in the revision before the index, then push again.".to_owned()),
        }),
        ..Facts::new(all.base, all.head)
    }
}
