//! `column-padding`: the order of columns wastes room.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, TypeName};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A new table whose narrow columns stand between wide ones.
pub const RULE: Rule = Rule {
    id: "column-padding",
    aliases: &[("atlas", "PG110")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateTable(table) = &step.act.action else { return None };
    let widths: Vec<u64> = table.columns.iter().map(|column| column.data_type.as_ref().map_or(0, width)).collect();
    let laid = |widths: &[u64]| {
        // A type of unknown length is taken to begin and end anywhere.
        widths.iter().fold(0_u64, |at, width| if *width == 0 { at } else { at.next_multiple_of(*width) + width })
    };
    let mut sorted = widths.clone();
    sorted.sort_unstable_by(|one, other| other.cmp(one));
    let (now, best) = (laid(&widths).next_multiple_of(8), laid(&sorted).next_multiple_of(8));
    if now <= best {
        return None;
    }
    let text =
        format!("Each row of {} is {} bytes longer than with its columns in another order.", table.name, now - best);
    Some(
        Warning::new(Severity::Low, Confidence::High, text)
            .advise("Put the widest columns of fixed length first, and text last.")
            .on(&table.name),
    )
}

/// The bytes that a value of the type takes and is aligned to; nothing for those of changing length.
fn width(data_type: &TypeName) -> u64 {
    match data_type.base.as_str() {
        _ if data_type.array => 0,
        "bigint" | "int8" | "bigserial" | "serial8" | "timestamp" | "timestamptz" | "double precision" | "float8" => 8,
        "int" | "integer" | "int4" | "serial" | "serial4" | "real" | "float4" | "date" => 4,
        "smallint" | "int2" | "smallserial" | "serial2" => 2,
        "boolean" | "bool" => 1,
        _ => 0,
    }
}
