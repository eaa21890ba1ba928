//! Columns, types, constraints and options out of sqlparser's tree.

use std::ops::ControlFlow;

use sqlparser::ast;

use crate::hazard::statement::{
    Computed, ConstraintKind, Expression, NewColumn, NewConstraint, NewIndex, Reference, TableOption, TypeName,
};
use crate::schema::{ObjectName, ReferentialAction};

/// A name. MySQL's databases and SQLite's attached files are left out.
pub(super) fn object(name: &ast::ObjectName) -> ObjectName {
    let last = name.0.last().and_then(|part| part.as_ident());
    ObjectName::new(last.map(|part| part.value.clone()).unwrap_or_default())
}

/// A column; `definition` is what follows its name, where that is known.
pub(super) fn new_column(column: &ast::ColumnDef, definition: String) -> NewColumn {
    let options: Vec<&ast::ColumnOption> = column.options.iter().map(|option| &option.option).collect();
    let mut definition = definition;
    if definition.is_empty() {
        definition = column.to_string().trim_start_matches(&column.name.to_string()).trim().to_owned();
    }
    let mut new = NewColumn {
        name: column.name.value.clone(),
        data_type: Some(type_name(&column.data_type)),
        not_null: false,
        default: None,
        generated: None,
        counted: false,
        primary_key: false,
        unique: false,
        references: None,
        check: None,
        placed: false,
        definition,
    };
    for option in options {
        match option {
            ast::ColumnOption::NotNull => new.not_null = true,
            ast::ColumnOption::Default(default) => new.default = Some(expression(default)),
            ast::ColumnOption::PrimaryKey(_) => new.primary_key = true,
            ast::ColumnOption::Unique(_) => new.unique = true,
            ast::ColumnOption::ForeignKey(key) => new.references = Some(reference(key)),
            ast::ColumnOption::Check(check) => new.check = Some(check.expr.to_string()),
            ast::ColumnOption::Generated { generation_expr: Some(_), generation_expr_mode, .. } => {
                let stored = matches!(generation_expr_mode, Some(ast::GeneratedExpressionMode::Stored));
                new.generated = Some(if stored { Computed::Stored } else { Computed::OnRead });
            }
            ast::ColumnOption::DialectSpecific(tokens) => {
                let text: String = tokens.iter().map(ToString::to_string).collect();
                let text = text.to_ascii_uppercase();
                new.counted |= text.contains("AUTO_INCREMENT") || text.contains("AUTOINCREMENT");
            }
            _ => {}
        }
    }
    new
}

fn reference(key: &ast::ForeignKeyConstraint) -> Reference {
    Reference {
        table: object(&key.foreign_table),
        columns: key.referred_columns.iter().map(|column| column.value.clone()).collect(),
        on_delete: match key.on_delete {
            Some(ast::ReferentialAction::Cascade) => ReferentialAction::Cascade,
            Some(ast::ReferentialAction::Restrict) => ReferentialAction::Restrict,
            Some(ast::ReferentialAction::SetNull) => ReferentialAction::SetNull,
            Some(ast::ReferentialAction::SetDefault) => ReferentialAction::SetDefault,
            Some(ast::ReferentialAction::NoAction) | None => ReferentialAction::NoAction,
        },
    }
}

/// A type.
pub(super) fn type_name(data_type: &ast::DataType) -> TypeName {
    let sql = data_type.to_string();
    let (base, inside) = match sql.split_once('(') {
        Some((base, rest)) => (base, rest.rsplit_once(')').map_or(rest, |(inside, _)| inside)),
        None => (sql.as_str(), ""),
    };
    let base = base.trim().to_ascii_lowercase();
    let base = base.trim_end_matches(" unsigned").trim_end_matches(" zerofill");
    let base = match base {
        "character varying" | "char varying" | "nvarchar" => "varchar",
        "character" | "nchar" => "char",
        other => other,
    };
    TypeName { base: base.to_owned(), arguments: arguments(inside), with_time_zone: false, array: false, sql }
}

/// What stands between commas, which are not those in quotes.
fn arguments(inside: &str) -> Vec<String> {
    let (mut found, mut current, mut quoted) = (Vec::new(), String::new(), false);
    for letter in inside.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                found.push(std::mem::take(&mut current));
                continue;
            }
            _ => {}
        }
        current.push(letter);
    }
    found.push(current);
    let trimmed = found.iter().map(|argument| argument.trim().trim_matches('\'').to_owned());
    trimmed.filter(|argument| !argument.is_empty()).collect()
}

/// An expression.
pub(super) fn expression(expression: &ast::Expr) -> Expression {
    let mut calls = Vec::new();
    let _: ControlFlow<()> = ast::visit_expressions(expression, |inner| {
        if let ast::Expr::Function(function) = inner {
            let name =
                function.name.0.last().and_then(|part| part.as_ident()).map(|part| part.value.to_ascii_lowercase());
            let count = match &function.args {
                ast::FunctionArguments::List(list) => list.args.len(),
                _ => 0,
            };
            calls.push((name.unwrap_or_default(), count));
        }
        ControlFlow::Continue(())
    });
    Expression { sql: expression.to_string(), calls, constant: is_constant(expression) }
}

fn is_constant(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::Value(_) | ast::Expr::TypedString(_) => true,
        ast::Expr::UnaryOp { expr, .. } | ast::Expr::Nested(expr) | ast::Expr::Cast { expr, .. } => is_constant(expr),
        _ => false,
    }
}

/// The columns to which a query gives the same constant in every row.
pub(super) fn constants(columns: &[ast::ObjectName], select: &ast::Select) -> Vec<String> {
    let given = columns.iter().zip(&select.projection).filter(|(_, item)| match item {
        ast::SelectItem::UnnamedExpr(expression) | ast::SelectItem::ExprWithAlias { expr: expression, .. } => {
            is_constant(expression)
        }
        _ => false,
    });
    given.map(|(column, _)| object(column).name).collect()
}

/// What a constraint clause gives a table.
pub(super) enum Given {
    Constraint(NewConstraint),
    Index(NewIndex),
}

/// A constraint, or an index that is written like one.
pub(super) fn constraint(table: &ObjectName, given: &ast::TableConstraint) -> Option<Given> {
    let columns = |columns: &[ast::IndexColumn]| -> Vec<String> {
        columns.iter().map(|column| column.to_string().trim_matches(['`', '"']).to_owned()).collect()
    };
    let sql = given.to_string();
    let of = |name: &Option<ast::Ident>, kind| {
        let name = name.as_ref().map(|name| name.value.clone());
        Some(Given::Constraint(NewConstraint { name, kind, not_valid: false, sql: sql.clone() }))
    };
    let index = |name: &Option<ast::Ident>, keys: &[ast::IndexColumn], kind: Option<String>| {
        Some(Given::Index(NewIndex {
            name: name.as_ref().map(|name| name.value.clone()),
            table: table.clone(),
            unique: false,
            concurrently: false,
            if_not_exists: false,
            keys: keys.iter().map(ToString::to_string).collect(),
            partial: false,
            kind,
        }))
    };
    match given {
        ast::TableConstraint::PrimaryKey(key) => {
            of(&key.name, ConstraintKind::PrimaryKey { columns: columns(&key.columns), using_index: None })
        }
        ast::TableConstraint::Unique(key) => {
            let name = key.name.clone().or_else(|| key.index_name.clone());
            of(&name, ConstraintKind::Unique { columns: columns(&key.columns), using_index: None })
        }
        ast::TableConstraint::ForeignKey(key) => {
            let own = key.columns.iter().map(|column| column.value.clone()).collect();
            of(&key.name, ConstraintKind::ForeignKey { columns: own, reference: reference(key) })
        }
        ast::TableConstraint::Check(check) => {
            of(&check.name, ConstraintKind::Check { expression: check.expr.to_string() })
        }
        ast::TableConstraint::Index(it) => index(&it.name, &it.columns, None),
        ast::TableConstraint::FulltextOrSpatial(it) => {
            let kind = if it.fulltext { "FULLTEXT" } else { "SPATIAL" };
            index(&it.opt_index_name, &it.columns, Some(kind.to_owned()))
        }
        _ => None,
    }
}

/// The options of CREATE TABLE.
pub(super) fn table_options(options: &ast::CreateTableOptions) -> Vec<TableOption> {
    let (ast::CreateTableOptions::Plain(options) | ast::CreateTableOptions::With(options)) = options else {
        return Vec::new();
    };
    options
        .iter()
        .filter_map(|option| match option {
            ast::SqlOption::KeyValue { key, value } => {
                table_option(&key.value.to_ascii_uppercase(), value.to_string().trim_matches('\'').to_owned())
            }
            ast::SqlOption::NamedParenthesizedList(list) => {
                table_option(&list.key.value.to_ascii_uppercase(), list.name.as_ref()?.value.clone())
            }
            _ => None,
        })
        .collect()
}

/// An option by its name in capitals.
pub(super) fn table_option(name: &str, value: String) -> Option<TableOption> {
    Some(match name {
        "ENGINE" | "TYPE" => TableOption::Engine(value),
        "ROW_FORMAT" | "KEY_BLOCK_SIZE" | "COMPRESSION" | "PAGE_COMPRESSED" | "ENCRYPTION" => {
            TableOption::RowFormat(value)
        }
        "CHARSET" | "CHARACTER SET" | "DEFAULT CHARSET" | "DEFAULT CHARACTER SET" => TableOption::Charset(value),
        "COLLATE" | "DEFAULT COLLATE" => TableOption::Collation(value),
        "AUTO_INCREMENT" => TableOption::AutoIncrement(value),
        "COMMENT" => TableOption::Comment,
        _ => return None,
    })
}
