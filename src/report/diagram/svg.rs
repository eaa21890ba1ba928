//! Draws a diagram as inline SVG.
//!
//! Tables stand in columns: a table that is referenced stands left of those that reference it. Colours and fonts
//! come from the page's style sheet by class, so that they follow its dark mode.

use std::fmt::Write;

use super::{Diagram, Entity, Field, Link, State};
use crate::report::html::escape;
use crate::report::wording::sentence::{clip, visible};

const WIDTH: i32 = 280;
const GAP_X: i32 = 110;
const GAP_Y: i32 = 36;
const HEAD: i32 = 34;
const ROW: i32 = 24;
const PAD: i32 = 24;
/// Room on the right for the loop of a table that references itself.
const LOOP: i32 = 44;

/// Where a table stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: i32,
    y: i32,
    height: i32,
}

/// The diagram as an `<svg>` element, with `label` as its accessible name and `id` before every id in it.
pub fn render(diagram: &Diagram, id: &str, label: &str) -> String {
    let (places, width, height) = arrange(diagram);
    let mut out = format!(
        "<svg class=\"er\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"{}\"><defs>",
        escape(label)
    );
    let marker = |out: &mut String, kind: &str, path: &str| {
        let _ = write!(
            out,
            "<marker id=\"{id}-{kind}\" viewBox=\"0 0 14 14\" refX=\"13\" refY=\"7\" markerWidth=\"14\" \
             markerHeight=\"14\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path class=\"end\" \
             d=\"{path}\"/></marker>"
        );
    };
    marker(&mut out, "one", "M8 2V12M13 7H0");
    marker(&mut out, "many", "M0 7L13 1M0 7L13 13M0 7H13");
    out.push_str("</defs><g class=\"links\">");
    for link in &diagram.links {
        draw_link(&mut out, link, &places, id);
    }
    out.push_str("</g>");
    for (entity, place) in diagram.entities.iter().zip(&places) {
        draw_entity(&mut out, entity, *place);
    }
    out.push_str("</svg>");
    out
}

/// Places for all tables, and the size of the whole.
fn arrange(diagram: &Diagram) -> (Vec<Place>, i32, i32) {
    let ranks = ranks(diagram);
    let last = ranks.iter().copied().max().unwrap_or_default();
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); last + 1];
    for (at, rank) in ranks.iter().enumerate() {
        columns[*rank].push(at);
    }
    settle(diagram, &mut columns);
    let tall = |at: usize| height(&diagram.entities[at]);
    let column_height = |column: &Vec<usize>| column.iter().map(|&at| tall(at) + GAP_Y).sum::<i32>() - GAP_Y;
    let full = columns.iter().map(column_height).max().unwrap_or_default();
    let mut places = vec![Place { x: 0, y: 0, height: 0 }; diagram.entities.len()];
    for (rank, column) in columns.iter().enumerate() {
        let mut y = PAD + (full - column_height(column)) / 2;
        for &at in column {
            let x = PAD + i32::try_from(rank).unwrap_or_default() * (WIDTH + GAP_X);
            places[at] = Place { x, y, height: tall(at) };
            y += tall(at) + GAP_Y;
        }
    }
    let columns = i32::try_from(columns.len()).unwrap_or(1);
    (places, 2 * PAD + columns * WIDTH + (columns - 1) * GAP_X + LOOP, 2 * PAD + full)
}

/// How many references lie between a table and one that references nothing. Circles are cut.
fn ranks(diagram: &Diagram) -> Vec<usize> {
    let count = diagram.entities.len();
    let mut ranks = vec![0; count];
    // A longest path without a circle has fewer steps than there are tables.
    for _ in 0..count {
        let mut moved = false;
        for link in diagram.links.iter().filter(|link| link.from != link.to) {
            let wanted = ranks[link.to] + 1;
            if ranks[link.from] < wanted && wanted < count.min(6) {
                ranks[link.from] = wanted;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let mut used: Vec<usize> = ranks.clone();
    used.sort_unstable();
    used.dedup();
    ranks.iter().map(|rank| used.binary_search(rank).unwrap_or_default()).collect()
}

/// Orders each column by where its neighbours stand, a few times over, so that few lines cross.
fn settle(diagram: &Diagram, columns: &mut [Vec<usize>]) {
    for _ in 0..4 {
        let mut position = vec![0.0_f64; diagram.entities.len()];
        for column in columns.iter() {
            for (at, &entity) in column.iter().enumerate() {
                position[entity] = (at as f64 + 0.5) / column.len() as f64;
            }
        }
        for column in columns.iter_mut() {
            let centre = |entity: usize| {
                let near: Vec<f64> = diagram
                    .links
                    .iter()
                    .filter(|link| link.from != link.to)
                    .filter_map(|link| match entity {
                        entity if link.from == entity => Some(position[link.to]),
                        entity if link.to == entity => Some(position[link.from]),
                        _ => None,
                    })
                    .collect();
                if near.is_empty() { position[entity] } else { near.iter().sum::<f64>() / near.len() as f64 }
            };
            column.sort_by(|one, other| centre(*one).total_cmp(&centre(*other)));
        }
    }
}

fn height(entity: &Entity) -> i32 {
    let lines = entity.fields.len() + usize::from(entity.folded > 0);
    HEAD + ROW * i32::try_from(lines).unwrap_or_default() + 6
}

fn draw_entity(out: &mut String, entity: &Entity, place: Place) {
    let Place { x, y, height } = place;
    let state = class(entity.state);
    let _ = write!(
        out,
        "<g class=\"entity {state}\" transform=\"translate({x} {y})\"><rect class=\"box\" width=\"{WIDTH}\" \
         height=\"{height}\" rx=\"8\"/><path class=\"head\" d=\"M0 {HEAD}V8a8 8 0 0 1 8-8H{}a8 8 0 0 1 8 8V{HEAD}Z\"/>\
         <text class=\"name\" x=\"12\" y=\"22\">{}</text>",
        WIDTH - 8,
        escape(&clip(&visible(&entity.name), 24))
    );
    if let Some(note) = &entity.note {
        let _ = write!(
            out,
            "<text class=\"note\" x=\"{}\" y=\"22\" text-anchor=\"end\">{}</text>",
            WIDTH - 12,
            escape(&clip(&visible(note), 26))
        );
    }
    for (at, field) in entity.fields.iter().enumerate() {
        draw_field(out, field, HEAD + ROW * i32::try_from(at).unwrap_or_default());
    }
    if entity.folded > 0 {
        let _ = write!(out, "<text class=\"folded\" x=\"40\" y=\"{}\">and {} more</text>", height - 13, entity.folded);
    }
    out.push_str("</g>");
}

fn draw_field(out: &mut String, field: &Field, y: i32) {
    let key = match (field.primary, field.foreign) {
        (true, _) => "PK",
        (false, true) => "FK",
        (false, false) => "",
    };
    let state = class(field.state);
    let null = if field.nullable && field.note.is_none() { "?" } else { "" };
    let details = match &field.note {
        Some(note) => format!("{}: {note}", field.sql_type),
        None => field.sql_type.clone(),
    };
    let _ = write!(
        out,
        "<g class=\"field {state}\"><title>{} {}</title><rect class=\"row\" x=\"1\" y=\"{}\" width=\"{}\" \
         height=\"{ROW}\"/><text class=\"key\" x=\"12\" y=\"{}\">{key}</text><text class=\"column\" x=\"40\" \
         y=\"{}\">{}</text><text class=\"type\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}{null}</text></g>",
        escape(&visible(&field.name)),
        escape(&visible(&details)),
        y + 2,
        WIDTH - 2,
        y + 18,
        y + 18,
        escape(&clip(&visible(&field.name), 18)),
        WIDTH - 12,
        y + 18,
        escape(&clip(&visible(&field.note.clone().unwrap_or_else(|| field.sql_type.clone())), 21)),
    );
}

fn draw_link(out: &mut String, link: &Link, places: &[Place], id: &str) {
    let (child, parent) = (places[link.from], places[link.to]);
    let row = link.from_field.map_or(HEAD / 2, |at| HEAD + ROW * i32::try_from(at).unwrap_or_default() + 14);
    let (from_y, to_y) = (child.y + row, parent.y + HEAD + 14);
    let path = if child.x > parent.x {
        let (from_x, to_x) = (child.x, parent.x + WIDTH);
        let bend = ((from_x - to_x) / 2).max(40);
        format!("M{from_x} {from_y}C{} {from_y} {} {to_y} {to_x} {to_y}", from_x - bend, to_x + bend)
    } else if child.x < parent.x {
        let (from_x, to_x) = (child.x + WIDTH, parent.x);
        let bend = ((to_x - from_x) / 2).max(40);
        format!("M{from_x} {from_y}C{} {from_y} {} {to_y} {to_x} {to_y}", from_x + bend, to_x - bend)
    } else {
        let x = child.x + WIDTH;
        format!("M{x} {from_y}C{} {from_y} {} {to_y} {x} {to_y}", x + LOOP, x + LOOP)
    };
    let _ = write!(
        out,
        "<path class=\"link {}{}\" d=\"{path}\" marker-start=\"url(#{id}-{})\" marker-end=\"url(#{id}-one)\"><title>{}\
         </title></path>",
        class(link.state),
        if link.optional { " optional" } else { "" },
        if link.single { "one" } else { "many" },
        escape(&visible(&link.label)),
    );
}

fn class(state: State) -> &'static str {
    match state {
        State::Same => "same",
        State::Changed => "changed",
        State::Added => "added",
        State::Removed => "removed",
    }
}
