//! CREATE TABLE and ALTER TABLE out of Squawk's tree.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::Acts;
use super::text::{expression, flat, name, object, type_name, word};
use crate::hazard::statement::{
    Action, Computed, ConstraintKind, NewColumn, NewConstraint, NewTable, Reference, TableChange,
};
use crate::schema::{ObjectName, ReferentialAction};

pub(super) fn create(acts: &mut Acts<'_>, create: &ast::CreateTable) {
    let Some((name, qualified)) = create.table_name().and_then(|name| object(name.syntax())) else { return };
    let derived = create.inherits().is_some()
        || create.partition_of().is_some()
        || create.of_type().is_some()
        || create
            .table_arg_list()
            .is_some_and(|list| list.args().any(|argument| matches!(argument, ast::TableArg::LikeClause(_))));
    let mut table = NewTable {
        name,
        columns: Vec::new(),
        constraints: Vec::new(),
        temporary: matches!(create.persistence(), Some(ast::Persistence::Temp(_))),
        dropped_on_commit: is_dropped_on_commit(create.on_commit()),
        if_not_exists: create.if_not_exists().is_some(),
        derived,
        options: Vec::new(),
    };
    read_arguments(&mut table, create.table_arg_list());
    acts.push_named(create.syntax(), Action::CreateTable(table), qualified);
}

pub(super) fn is_dropped_on_commit(on_commit: Option<ast::OnCommit>) -> bool {
    matches!(on_commit.and_then(|it| it.on_commit_action()), Some(ast::OnCommitAction::Drop(_)))
}

pub(super) fn read_arguments(table: &mut NewTable, list: Option<ast::TableArgList>) {
    for argument in list.into_iter().flat_map(|list| list.args()) {
        match argument {
            ast::TableArg::Column(column) => {
                let constraints = column.clauses().filter_map(|clause| match clause {
                    ast::ColumnClause::ColumnConstraint(constraint) => {
                        ast::Constraint::cast(constraint.syntax().clone())
                    }
                    _ => None,
                });
                let read = new_column(column.syntax(), name(column.name()), column.ty(), constraints);
                table.columns.push(read);
            }
            ast::TableArg::TableConstraint(constraint) => {
                let constraint = ast::Constraint::cast(constraint.syntax().clone());
                table.constraints.extend(constraint.as_ref().and_then(new_constraint));
            }
            ast::TableArg::LikeClause(_) => table.derived = true,
        }
    }
}

/// A column of which only the name is known.
pub(super) fn untyped(name: String) -> NewColumn {
    NewColumn {
        name,
        data_type: None,
        not_null: false,
        default: None,
        generated: None,
        counted: false,
        primary_key: false,
        unique: false,
        references: None,
        check: None,
        placed: false,
        definition: String::new(),
    }
}

fn new_column(
    node: &SyntaxNode,
    name: String,
    data_type: Option<ast::Type>,
    constraints: impl Iterator<Item = ast::Constraint>,
) -> NewColumn {
    let mut column = untyped(name);
    let start = data_type.as_ref().map(|it| it.syntax().text_range().start());
    column.definition = definition(node, start);
    column.data_type = data_type.as_ref().map(type_name);
    for constraint in constraints {
        match constraint {
            ast::Constraint::NotNullConstraint(_) => column.not_null = true,
            ast::Constraint::DefaultConstraint(default) => {
                column.default = default.expr().as_ref().map(expression);
            }
            ast::Constraint::GeneratedConstraint(generated) => match generated.generated_as() {
                Some(ast::GeneratedAs::GeneratedIdentity(_)) => column.counted = true,
                Some(ast::GeneratedAs::GeneratedStored(it)) => {
                    let virtual_ = matches!(it.generated_kind(), Some(ast::GeneratedKind::Virtual(_)));
                    column.generated = Some(if virtual_ { Computed::OnRead } else { Computed::Stored });
                }
                None => {}
            },
            ast::Constraint::PrimaryKeyConstraint(_) => column.primary_key = true,
            ast::Constraint::UniqueConstraint(_) => column.unique = true,
            ast::Constraint::ReferencesConstraint(references) => {
                let table = references.table().and_then(|table| object(table.syntax()));
                column.references = table.map(|(table, _)| Reference {
                    table,
                    columns: references.column().map(|column| word(column.syntax())).into_iter().collect(),
                    on_delete: on_delete(references.referential_actions()),
                });
            }
            ast::Constraint::CheckConstraint(check) => {
                column.check = check.expr().map(|it| flat(it.syntax()));
            }
            ast::Constraint::NullConstraint(_)
            | ast::Constraint::ExcludeConstraint(_)
            | ast::Constraint::ForeignKeyConstraint(_) => {}
        }
    }
    column
}

/// What follows a column's name.
fn definition(node: &SyntaxNode, start: Option<impl Into<usize>>) -> String {
    let base = usize::from(node.text_range().start());
    let text = node.text().to_string();
    let offset = start.map_or(0, Into::into).saturating_sub(base);
    text.get(offset..).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn on_delete(actions: impl Iterator<Item = ast::ReferentialAction>) -> ReferentialAction {
    let mut found = ReferentialAction::NoAction;
    for action in actions {
        if let ast::ReferentialAction::OnDeleteAction(delete) = action {
            found = match delete.ref_action() {
                Some(ast::RefAction::Cascade(_)) => ReferentialAction::Cascade,
                Some(ast::RefAction::Restrict(_)) => ReferentialAction::Restrict,
                Some(ast::RefAction::SetNullColumns(_)) => ReferentialAction::SetNull,
                Some(ast::RefAction::SetDefaultColumns(_)) => ReferentialAction::SetDefault,
                Some(ast::RefAction::NoAction(_)) | None => ReferentialAction::NoAction,
            };
        }
    }
    found
}

fn new_constraint(constraint: &ast::Constraint) -> Option<NewConstraint> {
    let key = |parameters: Option<ast::IndexParameters>| -> Vec<String> {
        let list = parameters.and_then(|it| it.column_list());
        list.into_iter().flat_map(|list| list.column_name_refs()).map(|column| word(column.syntax())).collect()
    };
    let index = |using: Option<ast::UsingIndexName>| {
        using.and_then(|it| it.index_ref()).and_then(|index| object(index.syntax())).map(|(name, _)| name.name)
    };
    let kind = match constraint {
        ast::Constraint::PrimaryKeyConstraint(it) => {
            ConstraintKind::PrimaryKey { columns: key(it.index_parameters()), using_index: index(it.using_index()) }
        }
        ast::Constraint::UniqueConstraint(it) => {
            ConstraintKind::Unique { columns: key(it.index_parameters()), using_index: index(it.using_index()) }
        }
        ast::Constraint::ForeignKeyConstraint(it) => {
            let columns = |list: Option<ast::ForeignKeyColumnList>| -> Vec<String> {
                list.into_iter().flat_map(|list| list.column_name_refs()).map(|column| word(column.syntax())).collect()
            };
            let (table, _) = it.table_name_ref().and_then(|table| object(table.syntax()))?;
            let on_delete = on_delete(it.referential_actions());
            let reference = Reference { table, columns: columns(it.to_columns()), on_delete };
            ConstraintKind::ForeignKey { columns: columns(it.from_columns()), reference }
        }
        ast::Constraint::CheckConstraint(it) => {
            ConstraintKind::Check { expression: it.expr().map(|it| flat(it.syntax())).unwrap_or_default() }
        }
        ast::Constraint::ExcludeConstraint(_) => ConstraintKind::Exclude,
        ast::Constraint::NotNullConstraint(it) => ConstraintKind::NotNull { column: name(it.column_name_ref()) },
        _ => return None,
    };
    let all = flat(constraint.syntax());
    let given = constraint.constraint_name().map(|it| word(it.syntax())).filter(|name| !name.is_empty());
    // The clause CONSTRAINT name comes first.
    let clause = constraint.syntax().children().find_map(ast::ConstraintNameClause::cast);
    let sql = clause.map_or_else(
        || all.clone(),
        |clause| all.strip_prefix(&flat(clause.syntax())).unwrap_or(&all).trim_start().to_owned(),
    );
    Some(NewConstraint { name: given, kind, not_valid: constraint.is_not_valid(), sql })
}

pub(super) fn alter(
    acts: &mut Acts<'_>,
    statement: &SyntaxNode,
    table: &ObjectName,
    qualified: bool,
    changes: impl Iterator<Item = ast::AlterTableAction>,
) {
    let mut any = false;
    for change in changes {
        any = true;
        let action = Action::Alter { table: table.clone(), change: table_change(table, &change) };
        acts.push_named(change.syntax(), action, qualified);
    }
    if !any {
        let change = TableChange::Other { sql: flat(statement) };
        acts.push_named(statement, Action::Alter { table: table.clone(), change }, qualified);
    }
}

fn table_change(table: &ObjectName, change: &ast::AlterTableAction) -> TableChange {
    use ast::AlterTableAction as Change;
    match change {
        Change::AddColumn(add) => TableChange::AddColumn {
            column: new_column(add.syntax(), name(add.column_name()), add.ty(), add.constraints()),
            if_not_exists: add.if_not_exists().is_some(),
        },
        Change::DropColumn(drop) => TableChange::DropColumn {
            column: name(drop.column_name_ref()),
            cascade: super::cascades(drop.drop_behavior()),
            if_exists: drop.if_exists().is_some(),
        },
        Change::RenameColumn(rename) => {
            TableChange::RenameColumn { from: name(rename.column_name_ref()), to: name(rename.column_name()) }
        }
        Change::TableRenameTo(to) => {
            let to = to.table_name().and_then(|name| object(name.syntax())).map_or_else(String::new, |(to, _)| to.name);
            TableChange::RenameTable { to: ObjectName { namespace: table.namespace.clone(), name: to } }
        }
        Change::SetSchema(to) => TableChange::SetSchema { to: name(to.schema_ref()) },
        Change::AlterColumn(alter) => column_change(name(alter.column_name_ref()), alter.option(), alter.syntax()),
        Change::AddConstraint(add) => match add.constraint().as_ref().and_then(new_constraint) {
            Some(constraint) => TableChange::AddConstraint(constraint),
            None => TableChange::Other { sql: flat(add.syntax()) },
        },
        Change::DropConstraint(drop) => TableChange::DropConstraint {
            name: name(drop.constraint_name_ref()),
            what: None,
            cascade: super::cascades(drop.drop_behavior()),
            if_exists: drop.if_exists().is_some(),
        },
        Change::RenameConstraint(rename) => TableChange::RenameConstraint {
            from: name(rename.constraint_name_ref()),
            to: name(rename.constraint_name()),
        },
        Change::ValidateConstraint(validate) => {
            TableChange::ValidateConstraint { name: name(validate.constraint_name_ref()) }
        }
        Change::AttachPartition(attach) => {
            let partition = attach.table_name_ref().and_then(|name| object(name.syntax()));
            TableChange::AttachPartition { partition: partition.map_or_else(|| table.clone(), |(name, _)| name) }
        }
        Change::DetachPartition(detach) => {
            let partition = detach.table_name_ref().and_then(|name| object(name.syntax()));
            TableChange::DetachPartition {
                partition: partition.map_or_else(|| table.clone(), |(name, _)| name),
                // FINALIZE ends a detachment that was begun concurrently.
                concurrently: detach.detach_partition_option().is_some(),
            }
        }
        Change::SetTablespace(to) => TableChange::SetTablespace { tablespace: name(to.tablespace_ref()) },
        Change::SetLogged(_) => TableChange::SetLogged { logged: true },
        Change::SetUnlogged(_) => TableChange::SetLogged { logged: false },
        Change::SetAccessMethod(_) => TableChange::SetAccessMethod,
        Change::EnableRls(_) | Change::ForceRls(_) => TableChange::SetRowSecurity { on: true },
        Change::DisableRls(_) | Change::NoForceRls(_) => TableChange::SetRowSecurity { on: false },
        Change::EnableTrigger(_) | Change::EnableAlwaysTrigger(_) | Change::EnableReplicaTrigger(_) => {
            TableChange::Trigger { enabled: true }
        }
        Change::OwnerTo(to) => TableChange::Owner { to: name(to.role_ref()) },
        Change::DisableTrigger(_) => TableChange::Trigger { enabled: false },
        other => TableChange::Other { sql: flat(other.syntax()) },
    }
}

fn column_change(column: String, option: Option<ast::AlterColumnOption>, node: &SyntaxNode) -> TableChange {
    match option {
        Some(ast::AlterColumnOption::SetType(set)) => match set.ty() {
            Some(to) => TableChange::SetType {
                column,
                to: type_name(&to),
                using: set.using_expr().and_then(|using| using.expr()).map(|it| flat(it.syntax())),
            },
            None => TableChange::Other { sql: flat(node) },
        },
        Some(ast::AlterColumnOption::SetNotNull(_)) => TableChange::SetNotNull { column },
        Some(ast::AlterColumnOption::DropNotNull(_)) => TableChange::DropNotNull { column },
        Some(ast::AlterColumnOption::SetDefault(set)) => match set.expr() {
            Some(default) => TableChange::SetDefault { column, default: expression(&default) },
            None => TableChange::Other { sql: flat(node) },
        },
        Some(ast::AlterColumnOption::DropDefault(_)) => TableChange::DropDefault { column },
        Some(ast::AlterColumnOption::AddGenerated(_)) => TableChange::AddIdentity { column },
        Some(
            ast::AlterColumnOption::SetStatistics(_)
            | ast::AlterColumnOption::SetOptions(_)
            | ast::AlterColumnOption::SetOptionsList(_)
            | ast::AlterColumnOption::ResetOptions(_),
        ) => TableChange::OtherOfColumn { column },
        _ => TableChange::Other { sql: flat(node) },
    }
}
