//! Line-wise three-way merge, conflict markers and hunks.

use similar::{DiffTag, MergeResolution, TextDiff, TextMerge};

/// Label of the branch's side in a conflict marker.
const OURS: &str = "your branch";
/// Label of the recorded baseline in a conflict marker.
const BASE: &str = "last generated";
/// Label of the new text in a conflict marker.
const THEIRS: &str = "newly generated";

/// A stretch of a merged text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Merged lines.
    Clean(String),
    /// Lines that a person has to decide about.
    Conflict {
        /// As last generated.
        base: String,
        /// As it is in the branch.
        ours: String,
        /// As newly generated.
        theirs: String,
    },
}

/// A place of a text with conflict markers that a person has to decide about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRegion {
    /// Line of the opening marker in the marked text, from 1.
    pub line: usize,
    /// The lines as last generated.
    pub base: String,
    /// The lines as they are in the branch.
    pub ours: String,
    /// The lines as newly generated.
    pub theirs: String,
}

/// Merges by lines; touching changes of both sides that differ become conflicts.
pub(crate) fn merge_lines(base: &str, ours: &str, theirs: &str) -> Vec<Segment> {
    let merge = TextMerge::from_lines(base, ours, theirs);
    let mut segments = Vec::new();
    for region in merge.regions() {
        let ours_text = || region.ours_range().filter_map(|line| merge.ours_line(line)).collect::<String>();
        let theirs_text = || region.theirs_range().filter_map(|line| merge.theirs_line(line)).collect::<String>();
        match region.resolution() {
            MergeResolution::Unchanged | MergeResolution::Ours | MergeResolution::Both => {
                push_clean(&mut segments, &ours_text());
            }
            MergeResolution::Theirs => push_clean(&mut segments, &theirs_text()),
            _ => {
                let base_text = region.base_range().filter_map(|line| merge.base_line(line)).collect::<String>();
                push_conflict(&mut segments, &base_text, &ours_text(), &theirs_text());
            }
        }
    }
    segments
}

/// Every hunk by which the two texts differ as a conflict without a base: nothing says which side is older.
pub(crate) fn compare_lines(ours: &str, theirs: &str) -> Vec<Segment> {
    let diff = TextDiff::from_lines(ours, theirs);
    let mut segments = Vec::new();
    for op in diff.ops() {
        let mut old = String::new();
        let mut new = String::new();
        for change in diff.iter_changes(op) {
            match change.tag() {
                similar::ChangeTag::Equal => push_clean(&mut segments, change.value()),
                similar::ChangeTag::Delete => old.push_str(change.value()),
                similar::ChangeTag::Insert => new.push_str(change.value()),
            }
        }
        if !old.is_empty() || !new.is_empty() {
            segments.push(Segment::Conflict { base: String::new(), ours: old, theirs: new });
        }
    }
    segments
}

/// How many hunks differ between two texts.
pub(crate) fn hunks(from: &str, to: &str) -> usize {
    let diff = TextDiff::from_lines(from, to);
    let mut count = 0;
    let mut inside = false;
    for op in diff.ops() {
        let changed = op.tag() != DiffTag::Equal;
        if changed && !inside {
            count += 1;
        }
        inside = changed;
    }
    count
}

/// Appends merged text, joining it to a clean stretch before it.
pub(crate) fn push_clean(segments: &mut Vec<Segment>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Segment::Clean(last)) = segments.last_mut() {
        last.push_str(text);
    } else {
        segments.push(Segment::Clean(text.to_owned()));
    }
}

/// Appends a conflict, leaving outside of it the first and last lines that both sides agree on.
pub(crate) fn push_conflict(segments: &mut Vec<Segment>, base: &str, ours: &str, theirs: &str) {
    let ours_lines: Vec<&str> = ours.split_inclusive('\n').collect();
    let theirs_lines: Vec<&str> = theirs.split_inclusive('\n').collect();
    let same_start = ours_lines.iter().zip(&theirs_lines).take_while(|(a, b)| a == b).count();
    let room = ours_lines.len().min(theirs_lines.len()) - same_start;
    let same_end =
        ours_lines.iter().rev().zip(theirs_lines.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    push_clean(segments, &ours_lines[..same_start].concat());
    let (ours_rest, theirs_rest) = (
        ours_lines[same_start..ours_lines.len() - same_end].concat(),
        theirs_lines[same_start..theirs_lines.len() - same_end].concat(),
    );
    if ours_rest != theirs_rest {
        segments.push(Segment::Conflict { base: base.to_owned(), ours: ours_rest, theirs: theirs_rest });
    }
    push_clean(segments, &ours_lines[ours_lines.len() - same_end..].concat());
}

/// Appends segments to segments.
pub(crate) fn extend(segments: &mut Vec<Segment>, more: Vec<Segment>) {
    for segment in more {
        match segment {
            Segment::Clean(text) => push_clean(segments, &text),
            conflict @ Segment::Conflict { .. } => segments.push(conflict),
        }
    }
}

/// Whether nothing is left to decide.
pub(crate) fn is_clean(segments: &[Segment]) -> bool {
    segments.iter().all(|segment| matches!(segment, Segment::Clean(_)))
}

/// The text of one side: conflicts resolved all one way.
pub(crate) fn one_side(segments: &[Segment], pick_ours: bool) -> String {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Clean(text) => text.as_str(),
            Segment::Conflict { ours, .. } if pick_ours => ours.as_str(),
            Segment::Conflict { theirs, .. } => theirs.as_str(),
        })
        .collect()
}

/// The text with conflict markers where there are conflicts, and where those are.
pub(crate) fn render(segments: &[Segment]) -> (String, Vec<ConflictRegion>) {
    let mut text = String::new();
    let mut regions = Vec::new();
    for segment in segments {
        match segment {
            Segment::Clean(clean) => text.push_str(clean),
            Segment::Conflict { base, ours, theirs } => {
                end_line(&mut text);
                regions.push(ConflictRegion {
                    line: text.matches('\n').count() + 1,
                    base: base.clone(),
                    ours: ours.clone(),
                    theirs: theirs.clone(),
                });
                for (marker, lines) in [
                    (format!("<<<<<<< {OURS}\n"), ours),
                    (format!("||||||| {BASE}\n"), base),
                    ("=======\n".to_owned(), theirs),
                ] {
                    text.push_str(&marker);
                    text.push_str(lines);
                    end_line(&mut text);
                }
                text.push_str(&format!(">>>>>>> {THEIRS}\n"));
            }
        }
    }
    (text, regions)
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Whether every line of the text ends in CR LF.
pub(crate) fn is_crlf(text: &str) -> bool {
    let newlines = text.matches('\n').count();
    newlines > 0 && newlines == text.matches("\r\n").count()
}
