//! What is said of objects that are compared by their definition alone, by what their server calls them.

use super::change::{SchemaChangeType, Severity};
use super::severity::{Judgement, judged};
use crate::schema::Other;
use crate::schema::lexer::{TokenKind, tokens};

/// The families of objects that have kinds of change of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Sequence,
    Enum,
    Domain,
    Function,
    Policy,
    Extension,
    Grant,
    /// A right that is usual and was taken: it comes when the right goes.
    Revocation,
    Other,
}

impl Family {
    fn of(object: &Other) -> Self {
        match object.kind.as_str() {
            "sequence" | "sequence owner" => Self::Sequence,
            "enum" => Self::Enum,
            "domain" | "domain default" | "domain not null" | "domain constraint" => Self::Domain,
            "function" | "procedure" | "aggregate" => Self::Function,
            "policy" => Self::Policy,
            "extension" => Self::Extension,
            "grant" | "default grant" => Self::Grant,
            "revoke" | "default revoke" => Self::Revocation,
            _ => Self::Other,
        }
    }
}

/// What happened to an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event<'a> {
    Added(&'a Other),
    Removed(&'a Other),
    Modified(&'a Other, &'a Other),
}

impl Event<'_> {
    /// The kind of change as it is written in JSON.
    pub(super) fn kind(self) -> SchemaChangeType {
        use SchemaChangeType as T;
        let (family, [added, removed, modified]) = match self {
            Self::Added(object) | Self::Removed(object) | Self::Modified(_, object) => {
                let family = Family::of(object);
                let kinds = match family {
                    Family::Sequence => [T::SequenceAdded, T::SequenceRemoved, T::SequenceModified],
                    Family::Enum => [T::EnumAdded, T::EnumRemoved, T::EnumModified],
                    Family::Domain => [T::DomainAdded, T::DomainRemoved, T::DomainModified],
                    Family::Function => [T::FunctionAdded, T::FunctionRemoved, T::FunctionModified],
                    Family::Policy => [T::PolicyAdded, T::PolicyRemoved, T::PolicyModified],
                    Family::Extension => [T::ExtensionAdded, T::ExtensionRemoved, T::ExtensionModified],
                    Family::Grant => [T::GrantAdded, T::GrantRemoved, T::GrantModified],
                    Family::Revocation => [T::GrantRemoved, T::GrantAdded, T::GrantModified],
                    Family::Other => [T::ObjectAdded, T::ObjectRemoved, T::ObjectModified],
                };
                (family, kinds)
            }
        };
        match self {
            // What a domain is made of comes and goes, and the domain stays.
            Self::Added(object) | Self::Removed(object) if family == Family::Domain && object.kind != "domain" => {
                modified
            }
            Self::Added(object) | Self::Removed(object) if family == Family::Sequence && object.kind != "sequence" => {
                modified
            }
            Self::Added(_) => added,
            Self::Removed(_) => removed,
            Self::Modified(..) => modified,
        }
    }

    /// How much it can hurt, and whether deployed code survives it.
    pub(super) fn judge(self) -> Judgement {
        use Severity as S;
        match self {
            Self::Added(object) => match object.kind.as_str() {
                // Rows that were seen or taken before may not be from now on.
                "policy" if says(object, "restrictive") => judged(S::High, false),
                "policy" | "grant" | "default grant" | "rule" | "event trigger" => judged(S::Medium, true),
                "revoke" | "default revoke" | "domain not null" | "domain constraint" => judged(S::High, false),
                _ => judged(S::Low, true),
            },
            Self::Removed(object) => match object.kind.as_str() {
                "comment" | "statistics" | "view statistics" | "sequence owner" | "view clustering" => {
                    judged(S::Low, true)
                }
                "revoke" | "default revoke" | "domain not null" | "domain constraint" => judged(S::Medium, true),
                "policy" | "grant" | "default grant" | "domain default" | "rule" | "event trigger" => {
                    judged(S::High, false)
                }
                _ => judged(S::Breaking, false),
            },
            Self::Modified(from, to) => match to.kind.as_str() {
                "comment" | "statistics" | "view statistics" | "sequence owner" | "view clustering" => {
                    judged(S::Low, true)
                }
                "sequence" | "grant" | "default grant" => judged(S::Medium, true),
                "enum" => match values(from, to) {
                    Values { gone, .. } if !gone.is_empty() => judged(S::Breaking, false),
                    Values { moved: true, .. } => judged(S::High, false),
                    Values { .. } => judged(S::Medium, true),
                },
                // What a routine does from now on cannot be told from its text.
                "function" | "procedure" | "aggregate" | "extension" => judged(S::Medium, false),
                _ => judged(S::High, false),
            },
        }
    }

    /// One plain English sentence.
    pub(super) fn sentence(self) -> String {
        match self {
            Self::Added(object) => match Family::of(object) {
                Family::Grant => format!("The right `{}` is granted.", object.name),
                Family::Revocation => format!("The right `{}` is taken away.", object.name),
                Family::Policy if says(object, "restrictive") => {
                    format!("Row-level policy `{}` is new, and hides rows that it does not name.", object.name)
                }
                Family::Policy => {
                    format!("Row-level policy `{}` is new, and opens the rows that it names.", object.name)
                }
                Family::Enum => format!("Enum `{}` is new, with {}.", object.name, listed(&literals(object))),
                _ => format!("The {} `{}` is new.", object.kind, object.name),
            },
            Self::Removed(object) => match Family::of(object) {
                Family::Grant => format!("The right `{}` is no longer granted.", object.name),
                Family::Revocation => format!("The right `{}` is given back.", object.name),
                Family::Policy => format!("Row-level policy `{}` is gone.", object.name),
                Family::Sequence if object.kind == "sequence" => {
                    format!("The sequence `{}` is gone, with the number that it had reached.", object.name)
                }
                _ => format!("The {} `{}` is gone.", object.kind, object.name),
            },
            Self::Modified(from, to) => match Family::of(to) {
                Family::Enum => enum_sentence(from, to),
                Family::Policy => format!("Row-level policy `{}` names other rows.", to.name),
                Family::Extension => format!("Extension `{}` has another version or place.", to.name),
                Family::Grant | Family::Revocation => format!("The right `{}` is granted in another way.", to.name),
                Family::Sequence if to.kind == "sequence" => {
                    format!("The sequence `{}` counts in another way.", to.name)
                }
                _ => format!("The {} `{}` has another definition.", to.kind, to.name),
            },
        }
    }
}

fn says(object: &Other, word: &str) -> bool {
    tokens(&object.definition).iter().any(|token| token.is(word))
}

fn literals(object: &Other) -> Vec<String> {
    let texts = tokens(&object.definition);
    texts.iter().filter(|token| token.kind == TokenKind::Text).map(|token| token.unquoted()).collect()
}

/// How the values of an enum differ.
struct Values {
    gone: Vec<String>,
    new: Vec<String>,
    /// Those that stay are in another order.
    moved: bool,
}

fn values(from: &Other, to: &Other) -> Values {
    let (old, new) = (literals(from), literals(to));
    let stay = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|value| other.contains(value)).cloned().collect()
    };
    let lacks = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|value| !other.contains(value)).cloned().collect()
    };
    Values { gone: lacks(&old, &new), new: lacks(&new, &old), moved: stay(&old, &new) != stay(&new, &old) }
}

fn enum_sentence(from: &Other, to: &Other) -> String {
    let Values { gone, new, moved } = values(from, to);
    let mut parts = Vec::new();
    if !gone.is_empty() {
        parts.push(format!("loses {}", listed(&gone)));
    }
    if !new.is_empty() {
        parts.push(format!("gets {}", listed(&new)));
    }
    if moved {
        parts.push("has its values in another order".to_owned());
    }
    if parts.is_empty() {
        parts.push("has another definition".to_owned());
    }
    format!("Enum `{}` {}.", to.name, parts.join(" and "))
}

fn listed(values: &[String]) -> String {
    let noun = if values.len() == 1 { "the value" } else { "the values" };
    let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    format!("{noun} {}", values.join(", "))
}
