//! What happens in memory when two large schemas are compared, at two sizes: the cost has to grow with the size and not
//! with its square.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use fabwright::diff::{self, RenameHints};
use fabwright::migration;
use fabwright::schema::{
    Column, DataType, Dialect, ForeignKey, Index, IndexPart, PrimaryKey, ReferentialAction, Schema, Table, TypeKind,
    snapshot,
};

/// `tables` tables of 20 columns with a key, an index and a foreign key. Of the changed ones every hundredth has
/// another column.
fn schema(tables: usize, changed: bool) -> Schema {
    let column =
        |name: String| Column::new(name, DataType { sql: "integer".to_owned(), kind: TypeKind::Integer { bits: 32 } });
    let table = |number: usize| {
        let mut columns: Vec<Column> = (0..20).map(|place| column(format!("column_{place}"))).collect();
        if changed && number % 100 == 7 {
            columns.push(column("remark".to_owned()));
        }
        let part = IndexPart {
            column: Some("column_2".to_owned()),
            expression: None,
            length: None,
            descending: false,
            collation: None,
        };
        Table {
            columns,
            primary_key: Some(PrimaryKey { name: None, columns: vec!["column_0".to_owned()] }),
            foreign_keys: vec![ForeignKey {
                name: Some(format!("key_{number}")),
                columns: vec!["column_1".to_owned()],
                referenced_table: format!("table_{}", number / 3).as_str().into(),
                referenced_columns: vec!["column_0".to_owned()],
                on_delete: ReferentialAction::Cascade,
                on_update: ReferentialAction::NoAction,
                deferred: false,
            }],
            indexes: vec![Index {
                name: format!("index_{number}"),
                unique: false,
                parts: vec![part],
                predicate: None,
                method: None,
                definition: None,
                options: Default::default(),
            }],
            ..Table::new(format!("table_{number}").as_str())
        }
    };
    let mut schema = Schema { tables: (0..tables).map(table).collect(), ..Schema::empty(Dialect::Sqlite) };
    schema.sort();
    schema
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("in memory");
    group.sample_size(10);
    for tables in [1_000, 10_000] {
        let (from, to) = (schema(tables, false), schema(tables, true));
        let text = snapshot::to_text(&from);
        let changes = diff::diff(&from, &to, &RenameHints::default());
        let id = |what: &str| BenchmarkId::new(what, tables);
        group.bench_function(id("read a snapshot"), |bencher| bencher.iter(|| snapshot::from_text(black_box(&text))));
        group.bench_function(id("fingerprint"), |bencher| bencher.iter(|| snapshot::fingerprint(black_box(&from))));
        group.bench_function(id("compare"), |bencher| {
            let at = jiff::Timestamp::UNIX_EPOCH;
            bencher.iter(|| diff::compare(black_box(&from), black_box(&to), &RenameHints::default(), at));
        });
        group.bench_function(id("plan"), |bencher| {
            bencher.iter(|| migration::plan(black_box(&from), black_box(&to), &changes));
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
