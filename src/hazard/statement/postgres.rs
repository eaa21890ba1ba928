//! PostgreSQL, by Squawk's grammar, which yields a tree even for a text with mistakes.

mod data;
mod object;
mod table;
mod text;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use self::text::{flat, long_names, name, names, object, word};
use super::{Act, Action, NewColumn, NewIndex, NewTable, Place, ReindexTarget, Statement, TableChange};
use crate::schema::ObjectName;

/// The statements of a text.
pub(super) fn read(text: &str, at: impl Fn(usize) -> Place) -> Vec<Statement> {
    let parse = SourceFile::parse(text);
    let errors: Vec<(usize, String)> =
        parse.errors().iter().map(|error| (usize::from(error.range().start()), error.message().to_owned())).collect();
    let mut found: Vec<(usize, Statement)> = Vec::new();
    for node in parse.syntax_node().children() {
        let Some(first) = node.descendants_with_tokens().filter_map(|element| element.into_token()).find(|token| {
            !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::SEMICOLON)
        }) else {
            continue;
        };
        let start = usize::from(first.text_range().start());
        let end = usize::from(node.text_range().end());
        let own = text.get(start..end).unwrap_or_default().trim_end().trim_end_matches(';').trim_end();
        let mut statement = Statement::new(own, at(start));
        match ast::Stmt::cast(node.clone()) {
            Some(kind) => {
                statement.acts = acts(&kind, &at);
                statement.long_names = long_names(&node);
            }
            None => statement.unread = Some("no statement begins like this".to_owned()),
        }
        found.push((start, statement));
    }
    // A mistake belongs to the statement that began last before it.
    for (offset, message) in errors {
        let owner = found.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        if let Some((_, statement)) = found.get_mut(owner) {
            statement.unread.get_or_insert(message);
        }
    }
    found.into_iter().map(|(_, statement)| statement).collect()
}

/// The actions of one statement while they are collected.
struct Acts<'a> {
    at: &'a dyn Fn(usize) -> Place,
    found: Vec<Act>,
}

impl Acts<'_> {
    fn push(&mut self, node: &SyntaxNode, action: Action) {
        self.push_named(node, action, true);
    }

    fn push_named(&mut self, node: &SyntaxNode, action: Action, qualified: bool) {
        let place = (self.at)(usize::from(node.text_range().start()));
        self.found.push(Act { action, place, qualified });
    }
}

fn acts(statement: &ast::Stmt, at: &dyn Fn(usize) -> Place) -> Vec<Act> {
    let mut acts = Acts { at, found: Vec::new() };
    read_statement(&mut acts, statement);
    acts.found
}

fn read_statement(acts: &mut Acts<'_>, statement: &ast::Stmt) {
    use ast::Stmt;
    let node = statement.syntax();
    match statement {
        Stmt::AlterTable(alter) => {
            let Some((table, qualified)) = alter.table_relation_name().and_then(|name| object(name.syntax())) else {
                return;
            };
            table::alter(acts, node, &table, qualified, alter.actions());
        }
        Stmt::AlterForeignTable(alter) => {
            let Some((table, qualified)) = alter.table_relation_name().and_then(|name| object(name.syntax())) else {
                return;
            };
            table::alter(acts, node, &table, qualified, alter.actions());
        }
        Stmt::CreateTable(create) => table::create(acts, create),
        Stmt::CreateTableAs(create) => {
            let Some((name, qualified)) = create.table_name().and_then(|name| object(name.syntax())) else { return };
            let temporary = matches!(create.persistence(), Some(ast::Persistence::Temp(_)));
            let dropped_on_commit = table::is_dropped_on_commit(create.on_commit());
            let if_not_exists = create.if_not_exists().is_some();
            let table = NewTable { temporary, dropped_on_commit, if_not_exists, ..derived(name, Vec::new()) };
            acts.push_named(node, Action::CreateTable(table), qualified);
        }
        Stmt::SelectInto(select) => {
            let Some(into) = select.into_clause() else { return };
            let Some((name, qualified)) = into.table_name().and_then(|name| object(name.syntax())) else { return };
            let temporary = matches!(into.persistence(), Some(ast::Persistence::Temp(_)));
            let columns = results(select.select_clause());
            let table = NewTable { temporary, ..derived(name, columns) };
            acts.push_named(node, Action::CreateTable(table), qualified);
        }
        Stmt::CreateForeignTable(create) => {
            let Some((name, qualified)) = create.table_name().and_then(|name| object(name.syntax())) else { return };
            let mut table = derived(name, Vec::new());
            table::read_arguments(&mut table, create.table_arg_list());
            table.if_not_exists = create.if_not_exists().is_some();
            acts.push_named(node, Action::CreateTable(table), qualified);
        }
        Stmt::DropTable(drop) => {
            for target in drop.table_name_refs() {
                let Some((table, qualified)) = object(target.syntax()) else { continue };
                let cascade = cascades(drop.drop_behavior());
                let if_exists = drop.if_exists().is_some();
                acts.push_named(target.syntax(), Action::DropTable { table, cascade, if_exists }, qualified);
            }
        }
        Stmt::DropForeignTable(drop) => {
            if let Some((table, qualified)) = object(drop.syntax()) {
                let if_exists = drop.if_exists().is_some();
                let cascade = cascades(drop.drop_behavior());
                acts.push_named(node, Action::DropTable { table, cascade, if_exists }, qualified);
            }
        }
        Stmt::Truncate(truncate) => {
            let cascade = cascades(truncate.drop_behavior());
            for target in truncate.table_list().into_iter().flat_map(|list| list.table_relation_names()) {
                if let Some((table, qualified)) = object(target.syntax()) {
                    acts.push_named(target.syntax(), Action::Truncate { table, cascade }, qualified);
                }
            }
        }
        Stmt::CreateIndex(create) => create_index(acts, create),
        Stmt::DropIndex(drop) => {
            for target in drop.index_refs() {
                let Some((index, _)) = object(target.syntax()) else { continue };
                let action = Action::DropIndex {
                    index,
                    table: None,
                    concurrently: drop.concurrently_token().is_some(),
                    cascade: cascades(drop.drop_behavior()),
                    if_exists: drop.if_exists().is_some(),
                };
                acts.push(target.syntax(), action);
            }
        }
        Stmt::AlterIndex(alter) => {
            let Some(index) = alter.index_ref().and_then(|index| object(index.syntax())) else { return };
            let action = match alter.action() {
                Some(ast::AlterIndexAction::IndexRenameTo(to)) => {
                    let to =
                        to.index().and_then(|index| object(index.syntax())).map_or_else(String::new, |(to, _)| to.name);
                    Action::RenameIndex { index: index.0, to }
                }
                Some(ast::AlterIndexAction::SetTablespace(to)) => Action::Alter {
                    table: index.0,
                    change: TableChange::SetTablespace { tablespace: name(to.tablespace_ref()) },
                },
                _ => Action::OtherDefinition { creates: false, guarded: true },
            };
            acts.push(node, action);
        }
        Stmt::Reindex(reindex) => {
            let target = match reindex.reindex_target() {
                Some(ast::ReindexTarget::ReindexTargetIndex(it)) => {
                    it.index_ref().and_then(|index| object(index.syntax())).map(|(name, _)| ReindexTarget::Index(name))
                }
                Some(ast::ReindexTarget::ReindexTargetTable(it)) => it
                    .table_name_ref()
                    .and_then(|table| object(table.syntax()))
                    .map(|(name, _)| ReindexTarget::Table(name)),
                Some(ast::ReindexTarget::ReindexTargetSchema(it)) => Some(ReindexTarget::Schema(name(it.schema_ref()))),
                Some(ast::ReindexTarget::ReindexTargetDatabase(it)) => {
                    Some(ReindexTarget::Database(name(it.database_ref())))
                }
                Some(ast::ReindexTarget::ReindexTargetSystem(_)) => Some(ReindexTarget::System),
                None => None,
            };
            if let Some(target) = target {
                acts.push(node, Action::Reindex { target, concurrently: reindex.is_concurrently() });
            }
        }
        Stmt::Refresh(refresh) => {
            let Some((name, qualified)) = refresh.view_ref().and_then(|view| object(view.syntax())) else { return };
            let concurrently = refresh.concurrently_token().is_some();
            acts.push_named(node, Action::RefreshView { name, concurrently }, qualified);
        }
        Stmt::CreateView(create) => {
            let Some((name, qualified)) = create.view().and_then(|view| object(view.syntax())) else { return };
            let columns = view_columns(create.column_list(), create.query());
            let replace = create.or_replace().is_some();
            acts.push_named(node, Action::CreateView { name, replace, materialized: false, columns }, qualified);
        }
        Stmt::CreateMaterializedView(create) => {
            let Some((name, qualified)) = create.view().and_then(|view| object(view.syntax())) else { return };
            let columns = view_columns(create.column_list(), create.query());
            acts.push_named(
                node,
                Action::CreateView { name, replace: create.if_not_exists().is_some(), materialized: true, columns },
                qualified,
            );
        }
        Stmt::DropView(drop) => {
            for target in drop.view_refs() {
                if let Some((name, _)) = object(target.syntax()) {
                    let cascade = cascades(drop.drop_behavior());
                    acts.push(target.syntax(), Action::DropView { name, materialized: false, cascade });
                }
            }
        }
        Stmt::DropMaterializedView(drop) => {
            for target in drop.view_refs() {
                if let Some((name, _)) = object(target.syntax()) {
                    let cascade = cascades(drop.drop_behavior());
                    acts.push(target.syntax(), Action::DropView { name, materialized: true, cascade });
                }
            }
        }
        Stmt::AlterMaterializedView(alter) => {
            if let Some((table, _)) = object(alter.syntax()) {
                acts.push(node, Action::Alter { table, change: TableChange::Other { sql: flat(node) } });
            }
        }
        Stmt::AlterView(alter) => {
            let Some((view, qualified)) = alter.view_ref().and_then(|view| object(view.syntax())) else { return };
            let action = match alter.action() {
                Some(ast::AlterViewAction::ViewRenameTo(to)) => {
                    let Some((to, _)) = to.view().and_then(|view| object(view.syntax())) else { return };
                    let to = ObjectName { namespace: view.namespace.clone(), name: to.name };
                    Action::Alter { table: view, change: TableChange::RenameTable { to } }
                }
                Some(ast::AlterViewAction::RenameColumn(rename)) => {
                    let change = TableChange::RenameColumn {
                        from: name(rename.column_name_ref()),
                        to: name(rename.column_name()),
                    };
                    Action::Alter { table: view, change }
                }
                _ => Action::OtherDefinition { creates: false, guarded: true },
            };
            acts.push_named(node, action, qualified);
        }
        Stmt::Vacuum(vacuum) => {
            let table = vacuum.table_and_columns_list().and_then(|list| object(list.syntax())).map(|(name, _)| name);
            acts.push(node, Action::Vacuum { table, full: vacuum.is_full() });
        }
        Stmt::Cluster(cluster) => {
            let table = cluster
                .cluster_legacy()
                .and_then(|legacy| legacy.on_path())
                .and_then(|path| object(path.syntax()))
                .or_else(|| cluster.table_name_ref().and_then(|name| object(name.syntax())));
            acts.push(node, Action::Cluster { table: table.map(|(name, _)| name) });
        }
        Stmt::Lock(lock) => {
            let relations = lock.relation_list().into_iter().flat_map(|list| list.relation_names());
            let tables = relations.filter_map(|relation| object(relation.syntax())).map(|(name, _)| name).collect();
            let mode = lock.lock_mode_clause().and_then(|clause| clause.lock_mode());
            let mode = mode.map(|mode| flat(mode.syntax()).to_uppercase()).unwrap_or_default();
            acts.push(node, Action::LockTable { tables, mode });
        }
        Stmt::Set(set) => {
            let name = match set.set_target() {
                Some(ast::SetTarget::SetConfig(config)) => {
                    config.config_parameter_ref().map(|it| flat(it.syntax()).to_ascii_lowercase())
                }
                _ => None,
            };
            acts.push(node, Action::Set { name: name.unwrap_or_default() });
        }
        Stmt::Begin(_) => acts.push(node, Action::Begin),
        Stmt::Commit(ast::Commit::CommitTransaction(_)) => acts.push(node, Action::Commit),
        Stmt::Rollback(ast::Rollback::RollbackTransaction(_)) => acts.push(node, Action::Rollback),
        Stmt::CommentOn(comment) => {
            let on = comment.comment_object().map(|object| flat(object.syntax())).unwrap_or_default();
            acts.push(node, Action::Comment { on });
        }
        Stmt::Do(_) | Stmt::Call(_) | Stmt::Execute(_) => acts.push(node, Action::Block),
        _ => {
            if !(data::read(acts, statement) || object::read(acts, statement)) {
                acts.push(node, other(node));
            }
        }
    }
}

/// A statement of which only its first words matter.
fn other(node: &SyntaxNode) -> Action {
    let text = flat(node).to_ascii_lowercase();
    let creates = text.starts_with("create ");
    let guarded = text.contains(" if not exists") || text.contains(" if exists") || text.contains(" or replace");
    match text.split(' ').next() {
        Some("create" | "drop" | "alter" | "import" | "security" | "reassign") => {
            Action::OtherDefinition { creates, guarded: guarded || text.starts_with("alter ") }
        }
        _ => Action::Other,
    }
}

fn derived(name: ObjectName, columns: Vec<NewColumn>) -> NewTable {
    NewTable {
        name,
        columns,
        constraints: Vec::new(),
        temporary: false,
        dropped_on_commit: false,
        if_not_exists: false,
        derived: true,
        options: Vec::new(),
    }
}

fn cascades(behavior: Option<ast::DropBehavior>) -> bool {
    matches!(behavior, Some(ast::DropBehavior::Cascade(_)))
}

fn create_index(acts: &mut Acts<'_>, create: &ast::CreateIndex) {
    let Some((table, qualified)) = create.table_relation_name().and_then(|name| object(name.syntax())) else { return };
    let items = create.partition_item_list().into_iter().flat_map(|list| list.partition_items());
    let index = NewIndex {
        name: create.index().and_then(|index| object(index.syntax())).map(|(name, _)| name.name),
        table,
        unique: create.unique_token().is_some(),
        concurrently: create.concurrently_token().is_some(),
        if_not_exists: create.if_not_exists().is_some(),
        keys: items.map(|item| flat(item.syntax())).collect(),
        partial: create.where_clause().is_some(),
        kind: create.using_method().map(|method| flat(method.syntax())),
    };
    acts.push_named(create.syntax(), Action::CreateIndex(index), qualified);
}

/// The columns of a view: those that it names, or those of its query.
fn view_columns(list: Option<ast::ColumnList>, query: Option<ast::SelectVariant>) -> Vec<String> {
    if let Some(list) = list {
        return list.column_names().map(|column| word(column.syntax())).collect();
    }
    match query {
        Some(ast::SelectVariant::Select(select)) => {
            results(select.select_clause()).into_iter().map(|column| column.name).collect()
        }
        _ => Vec::new(),
    }
}

/// The names of a query's results, as far as they are written.
fn results(select: Option<ast::SelectClause>) -> Vec<NewColumn> {
    let targets = select.and_then(|select| select.target_list());
    let names = targets.into_iter().flat_map(|list| list.targets()).filter_map(|target| {
        let alias = target.as_name().map(|alias| names(alias.syntax()).pop().unwrap_or_default());
        alias.or_else(|| match target.expr()? {
            ast::Expr::NameRef(column) => Some(word(column.syntax())),
            ast::Expr::FieldExpr(field) => field.field().map(|column| word(column.syntax())),
            _ => None,
        })
    });
    names.filter(|name| !name.is_empty()).map(table::untyped).collect()
}
