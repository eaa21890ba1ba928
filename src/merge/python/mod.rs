//! Merges Python by its structure where merging by lines conflicts.
//!
//! 1. [`items`] cuts a module, and each class in it, into statements that carry a key: what they define.
//! 2. [`sequence`] puts the statements of the three versions into one order.
//! 3. A statement that both sides changed is merged by what it is: a class by its body, an import by its names,
//!    a literal or a call by its [`elements`], anything else by lines.
//! 4. The result, with its conflicts decided either way, must parse and define nothing twice.

mod elements;
mod imports;
mod items;
mod sequence;

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::{Parser, Tree};

use self::items::Item;
use self::sequence::Slot;
use super::text::{self, Segment};

/// The line-wise merge `lines` if it is sound, else a better one, else one with conflicts.
pub(super) fn merge(base: &str, ours: &str, theirs: &str, lines: Vec<Segment>) -> Vec<Segment> {
    let (Some(base_tree), Some(ours_tree), Some(theirs_tree)) = (parse(base), parse(ours), parse(theirs)) else {
        return lines;
    };
    let mut twice = doubled(ours, &ours_tree);
    twice.extend(doubled(theirs, &theirs_tree));
    let lines_are_clean = text::is_clean(&lines);
    let merged = if lines_are_clean && is_sound(&lines, &twice) {
        lines
    } else {
        let structured = merge_body(
            &items::split(base, base_tree.root_node(), 0, base.len()),
            &items::split(ours, ours_tree.root_node(), 0, ours.len()),
            &items::split(theirs, theirs_tree.root_node(), 0, theirs.len()),
        );
        match structured {
            Some(segments) if is_sound(&segments, &twice) => segments,
            // Line by line it merges, but what comes out is no Python: a person has to look at the differences.
            _ if lines_are_clean => return text::compare_lines(ours, theirs),
            _ => return lines,
        }
    };
    if !text::is_clean(&merged) {
        return merged;
    }
    let (merged_text, _) = text::render(&merged);
    match imports::keep_needed(ours, &merged_text) {
        Some(repaired) if parse(&repaired).is_some() => vec![Segment::Clean(repaired)],
        _ => merged,
    }
}

/// More blank space before a line than any Python that runs can need; bounds how deep bodies nest.
const DEEPEST: usize = 800;

/// The syntax tree of a text without errors.
fn parse(source: &str) -> Option<Tree> {
    if source.lines().any(|line| line.len() - line.trim_start().len() > DEEPEST) {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok()?;
    parser.parse(source, None).filter(|tree| !tree.root_node().has_error())
}

/// What a module or a class defines more than once.
fn doubled(source: &str, tree: &Tree) -> BTreeSet<String> {
    fn collect(place: &str, items: &[Item<'_>], found: &mut BTreeSet<String>) {
        for item in items {
            let name = format!("{place}/{}", item.key);
            if item.is_class()
                && let Some((_, body)) = item.body()
            {
                collect(&name, &body, found);
            }
            if item.is_repeated() {
                found.insert(name);
            }
        }
    }
    let mut found = BTreeSet::new();
    collect("", &items::split(source, tree.root_node(), 0, source.len()), &mut found);
    found
}

fn is_sound(segments: &[Segment], twice: &BTreeSet<String>) -> bool {
    [true, false].into_iter().all(|pick_ours| {
        let side = text::one_side(segments, pick_ours);
        parse(&side).is_some_and(|tree| doubled(&side, &tree).is_subset(twice))
    })
}

/// Merges the statements of a module, or of a class body.
fn merge_body(base: &items::Body<'_>, ours: &items::Body<'_>, theirs: &items::Body<'_>) -> Option<Vec<Segment>> {
    let mut theirs = theirs.clone();
    theirs.align_renames(base, ours);
    let index = |body: &items::Body<'_>| -> BTreeMap<String, usize> {
        body.iter().enumerate().map(|(position, item)| (item.key.clone(), position)).collect()
    };
    let (base_index, ours_index, theirs_index) = (index(base), index(ours), index(&theirs));
    let find_base = |key: &str| base_index.get(key).map(|position| &base[*position]);
    let find_ours = |key: &str| ours_index.get(key).map(|position| &ours[*position]);
    let find_theirs = |key: &str| theirs_index.get(key).map(|position| &theirs[*position]);

    // A statement that one side deleted and the other changed is still to be decided, so it keeps its place.
    let undecided = |here: &BTreeMap<String, usize>, other: &dyn Fn(&str) -> Option<bool>| -> Vec<String> {
        base.iter()
            .map(|item| item.key.clone())
            .filter(|key| !here.contains_key(key) && other(key) == Some(true))
            .collect()
    };
    let changed_in_theirs = |key: &str| Some(find_theirs(key)?.text != find_base(key)?.text);
    let changed_in_ours = |key: &str| Some(find_ours(key)?.text != find_base(key)?.text);
    let base_keys: Vec<&str> = base.iter().map(|item| item.key.as_str()).collect();
    let gone_in_ours = undecided(&ours_index, &changed_in_theirs);
    let gone_in_theirs = undecided(&theirs_index, &changed_in_ours);
    let ours_keys = sequence::reinsert(&base_keys, ours.iter().map(|item| item.key.as_str()).collect(), &gone_in_ours);
    let theirs_keys =
        sequence::reinsert(&base_keys, theirs.iter().map(|item| item.key.as_str()).collect(), &gone_in_theirs);

    let mut segments = Vec::new();
    let mut emitted = 0usize;
    for slot in sequence::merge(&base_keys, &ours_keys, &theirs_keys) {
        match slot {
            Slot::Key(key) => {
                let (b, o, t) = (find_base(&key), find_ours(&key), find_theirs(&key));
                emitted += usize::from(o.is_some() && t.is_some());
                merge_item(&mut segments, b, o, t)?;
            }
            Slot::Conflict { base: b, ours: o, theirs: t } => {
                emitted += o.iter().filter(|key| find_ours(key).is_some() && find_theirs(key).is_some()).count();
                let side = |keys: &[String], find: &dyn Fn(&str) -> Option<String>| -> String {
                    keys.iter().filter_map(|key| find(key)).collect()
                };
                let base_text = side(&b, &|key| find_base(key).map(Item::whole));
                let ours_text = side(&o, &|key| find_ours(key).map(Item::whole));
                let theirs_text = side(&t, &|key| find_theirs(key).map(Item::whole));
                separate(&mut segments);
                text::push_conflict(&mut segments, &base_text, &ours_text, &theirs_text);
            }
        }
    }
    let expected = ours_index.keys().filter(|key| theirs_index.contains_key(*key)).count();
    if emitted != expected {
        return None;
    }
    let tail = merge_lead(Some(base.tail), Some(ours.tail), Some(theirs.tail));
    text::push_clean(&mut segments, &tail);
    Some(segments)
}

/// Merges one statement with the comments and blank lines before it.
fn merge_item(
    segments: &mut Vec<Segment>,
    base: Option<&Item<'_>>,
    ours: Option<&Item<'_>>,
    theirs: Option<&Item<'_>>,
) -> Option<()> {
    let merged = match (base, ours, theirs) {
        (_, None, None) => return Some(()),
        (None, Some(only), None) | (None, None, Some(only)) => vec![Segment::Clean(only.text.to_owned())],
        (Some(b), Some(o), None) if o.text == b.text => return Some(()),
        (Some(b), None, Some(t)) if t.text == b.text => return Some(()),
        (_, Some(o), Some(t)) if o.text == t.text => vec![Segment::Clean(o.text.to_owned())],
        (Some(b), Some(o), Some(t)) if b.text == o.text => vec![Segment::Clean(t.text.to_owned())],
        (Some(b), Some(o), Some(t)) if b.text == t.text => vec![Segment::Clean(o.text.to_owned())],
        _ => merge_changed(base, ours, theirs)?,
    };
    if text::is_clean(&merged) && text::one_side(&merged, true).is_empty() {
        return Some(());
    }
    separate(segments);
    let lead = merge_lead(base.map(|item| item.lead), ours.map(|item| item.lead), theirs.map(|item| item.lead));
    text::push_clean(segments, &lead);
    text::extend(segments, merged);
    Some(())
}

/// Merges a statement that both sides changed, or one changed and the other deleted.
fn merge_changed(base: Option<&Item<'_>>, ours: Option<&Item<'_>>, theirs: Option<&Item<'_>>) -> Option<Vec<Segment>> {
    if let Some(import) = imports::merge(base, ours, theirs) {
        return Some(vec![Segment::Clean(import)]);
    }
    let whole = |item: Option<&Item<'_>>| item.map_or("", |item| item.text).to_owned();
    let (Some(b), Some(o), Some(t)) = (base, ours, theirs) else {
        let mut segments = Vec::new();
        text::push_conflict(&mut segments, &whole(base), &whole(ours), &whole(theirs));
        return Some(segments);
    };
    let lines = text::merge_lines(b.text, o.text, t.text);
    if text::is_clean(&lines) {
        return Some(lines);
    }
    if let Some(merged) = elements::merge(b, o, t) {
        return Some(vec![Segment::Clean(merged)]);
    }
    if let (Some((b_head, b_body)), Some((o_head, o_body)), Some((t_head, t_body))) = (b.body(), o.body(), t.body())
        && b.can_merge_bodies(&[&b_body, &o_body, &t_body])
    {
        let mut segments = text::merge_lines(b_head, o_head, t_head);
        if !text::is_clean(&segments)
            && let Some(head) = elements::merge_heads(b, o, t)
        {
            segments = vec![Segment::Clean(head)];
        }
        text::extend(&mut segments, merge_body(&b_body, &o_body, &t_body)?);
        return Some(segments);
    }
    Some(lines)
}

/// Comments and blank lines: nothing a person wrote is lost, and doubt is no reason for a conflict.
fn merge_lead(base: Option<&str>, ours: Option<&str>, theirs: Option<&str>) -> String {
    match (base, ours, theirs) {
        (_, None, only) | (_, only, None) => only.unwrap_or_default().to_owned(),
        (Some(b), Some(o), Some(t)) if b == o => t.to_owned(),
        (Some(b), Some(o), Some(t)) if b == t => o.to_owned(),
        (b, Some(o), Some(t)) => {
            let segments = text::merge_lines(b.unwrap_or_default(), o, t);
            text::one_side(&segments, true)
        }
    }
}

/// Ends the last line, so that a statement never continues the one before it.
fn separate(segments: &mut Vec<Segment>) {
    let open = match segments.last() {
        Some(Segment::Clean(text)) => !text.is_empty() && !text.ends_with('\n'),
        _ => false,
    };
    if open {
        text::push_clean(segments, "\n");
    }
}
