//! Types, domains, schemas, rights, extensions, sequences and routines, out of Squawk's tree.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::text::{flat, name, object, quoted_value, word};
use super::{Acts, cascades};
use crate::hazard::statement::Action;

/// Reads the statement if it is one of these, and tells whether it is.
pub(super) fn read(acts: &mut Acts<'_>, statement: &ast::Stmt) -> bool {
    use ast::Stmt;
    let node = statement.syntax();
    match statement {
        Stmt::CreateType(create) => {
            let Some((name, _)) = create.type_name().and_then(|name| object(name.syntax())) else { return true };
            let action = match create.kind() {
                Some(ast::CreateTypeKind::EnumType(kind)) => {
                    let variants = kind.variant_list().into_iter().flat_map(|list| list.variants());
                    let values = variants.filter_map(|variant| variant.literal()).map(|it| quoted_value(&it)).collect();
                    Action::CreateEnum { name, values }
                }
                _ => Action::OtherDefinition { creates: true, guarded: false },
            };
            acts.push(node, action);
        }
        Stmt::AlterType(alter) => {
            let Some((name, _)) = alter.type_name_ref().and_then(|name| object(name.syntax())) else { return true };
            let action = match alter.action() {
                Some(ast::AlterTypeAction::AddValue(add)) => Action::AddEnumValue {
                    name,
                    value: add.literal().as_ref().map_or_else(String::new, quoted_value),
                    placed: add.value_position().is_some(),
                },
                Some(ast::AlterTypeAction::RenameValue(rename)) => Action::RenameEnumValue {
                    name,
                    from: rename.from().as_ref().map_or_else(String::new, quoted_value),
                    to: rename.to().as_ref().map_or_else(String::new, quoted_value),
                },
                _ => Action::OtherDefinition { creates: false, guarded: true },
            };
            acts.push(node, action);
        }
        Stmt::DropType(drop) => {
            for target in drop.type_name_refs() {
                if let Some((name, _)) = object(target.syntax()) {
                    let cascade = cascades(drop.drop_behavior());
                    acts.push(target.syntax(), Action::DropType { name, cascade });
                }
            }
        }
        Stmt::CreateDomain(create) => {
            let Some((name, _)) = create.domain().and_then(|name| object(name.syntax())) else { return true };
            let constraint = create.domain_qualifiers().find_map(|qualifier| match qualifier {
                ast::DomainQualifier::Constraint(constraint) => match &constraint {
                    ast::Constraint::DefaultConstraint(_) | ast::Constraint::NullConstraint(_) => None,
                    _ => Some(flat(constraint.syntax())),
                },
                ast::DomainQualifier::Collate(_) => None,
            });
            acts.push(node, Action::CreateDomain { name, constraint });
        }
        Stmt::AlterDomain(alter) => {
            let Some((name, _)) = alter.domain_ref().and_then(|name| object(name.syntax())) else { return true };
            let action = match alter.action() {
                Some(ast::AlterDomainAction::AddConstraint(add)) => {
                    let constraint = add.constraint();
                    Action::AddDomainConstraint {
                        name,
                        not_valid: constraint.as_ref().is_some_and(ast::Constraint::is_not_valid),
                        constraint: constraint.map(|it| flat(it.syntax())).unwrap_or_default(),
                    }
                }
                _ => Action::OtherDefinition { creates: false, guarded: true },
            };
            acts.push(node, action);
        }
        Stmt::DropDatabase(drop) => acts.push(node, Action::DropDatabase { name: name(drop.database_ref()) }),
        Stmt::DropSchema(drop) => {
            for schema in drop.schema_refs() {
                let cascade = cascades(drop.drop_behavior());
                acts.push(schema.syntax(), Action::DropSchema { name: word(schema.syntax()), cascade });
            }
        }
        Stmt::AlterSchema(alter) => {
            let action = match alter.action() {
                Some(ast::AlterSchemaAction::SchemaRenameTo(to)) => {
                    Action::RenameSchema { name: name(alter.schema_ref()), to: name(to.schema()) }
                }
                _ => Action::OtherDefinition { creates: false, guarded: true },
            };
            acts.push(node, action);
        }
        Stmt::Grant(grant) => {
            let objects = grant.on_privilege_objects_clause().map(|on| flat(on.syntax())).unwrap_or_default();
            let to = grant.role_ref_list().map(|list| flat(list.syntax())).unwrap_or_default();
            acts.push(node, Action::Grant { objects, to });
        }
        Stmt::Revoke(revoke) => {
            let objects = revoke.on_privilege_objects_clause().map(|on| flat(on.syntax())).unwrap_or_default();
            let from = revoke.role_ref_list().map(|list| flat(list.syntax())).unwrap_or_default();
            acts.push(node, Action::Revoke { objects, from });
        }
        Stmt::CreatePolicy(policy) => push_policy(acts, node, policy.on_table(), "CREATE"),
        Stmt::AlterPolicy(policy) => push_policy(acts, node, policy.on_table(), "ALTER"),
        Stmt::DropPolicy(policy) => push_policy(acts, node, policy.on_table(), "DROP"),
        Stmt::AlterExtension(alter) => {
            let action = match alter.action() {
                Some(ast::AlterExtensionAction::AlterExtensionUpdate(update)) => Action::UpdateExtension {
                    name: name(alter.extension_ref()),
                    version: update.update_to().map(|to| flat(to.syntax())),
                },
                _ => Action::OtherDefinition { creates: false, guarded: true },
            };
            acts.push(node, action);
        }
        Stmt::DropExtension(drop) => {
            for extension in drop.extension_refs() {
                let cascade = cascades(drop.drop_behavior());
                acts.push(extension.syntax(), Action::DropExtension { name: word(extension.syntax()), cascade });
            }
        }
        Stmt::AlterSequence(alter) => {
            let Some((name, _)) = alter.sequence_ref().and_then(|name| object(name.syntax())) else { return true };
            let (mut restart, mut cycle) = (false, false);
            for action in alter.actions() {
                match action {
                    ast::AlterSequenceAction::SequenceOption(ast::SequenceOption::OptionRestart(_)) => restart = true,
                    ast::AlterSequenceAction::SequenceOption(ast::SequenceOption::OptionCycle(_)) => cycle = true,
                    _ => {}
                }
            }
            acts.push(node, Action::AlterSequence { name, restart, cycle });
        }
        Stmt::DropSequence(drop) => {
            for target in drop.sequence_refs() {
                if let Some((name, _)) = object(target.syntax()) {
                    acts.push(target.syntax(), Action::DropSequence { name });
                }
            }
        }
        Stmt::CreateFunction(create) => {
            let Some((name, _)) = create.name().and_then(|name| object(name.syntax())) else { return true };
            acts.push(node, Action::CreateRoutine { name, replace: create.or_replace().is_some() });
        }
        Stmt::CreateProcedure(create) => {
            let Some((name, _)) = object(create.syntax()) else { return true };
            acts.push(node, Action::CreateRoutine { name, replace: create.or_replace().is_some() });
        }
        Stmt::DropFunction(drop) => {
            acts.push(node, Action::DropRoutine { cascade: cascades(drop.drop_behavior()) });
        }
        Stmt::DropProcedure(drop) => {
            acts.push(node, Action::DropRoutine { cascade: cascades(drop.drop_behavior()) });
        }
        Stmt::CreateTrigger(create) => {
            if let Some((table, _)) = create.on_relation().and_then(|on| object(on.syntax())) {
                acts.push(node, Action::CreateTrigger { table });
            }
        }
        _ => return false,
    }
    true
}

fn push_policy(acts: &mut Acts<'_>, node: &SyntaxNode, on: Option<ast::OnTable>, verb: &'static str) {
    if let Some((table, _)) = on.and_then(|on| object(on.syntax())) {
        acts.push(node, Action::Policy { table, verb });
    }
}
