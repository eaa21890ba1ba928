//! Renames of a set of names, one at a time, on any server.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// An order of single renames that never meets a taken name. `names` are all names that are in use at the start.
pub(super) fn rename_order(
    wanted: &[(String, String)],
    names: Vec<String>,
    passing: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    let mut taken: HashSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let mut waiting: BTreeMap<usize, (String, String)> = wanted.iter().cloned().enumerate().collect();
    let wanting: HashMap<String, usize> =
        wanted.iter().enumerate().map(|(place, (_, to))| (to.to_ascii_lowercase(), place)).collect();
    let mut free: VecDeque<usize> = VecDeque::new();
    free.extend(
        waiting.iter().filter(|(_, (_, to))| !taken.contains(&to.to_ascii_lowercase())).map(|(place, _)| place),
    );
    let mut stepped: HashSet<usize> = HashSet::new();
    let mut steps = Vec::with_capacity(wanted.len());
    while !waiting.is_empty() {
        let step = match free.pop_front().and_then(|place| waiting.remove(&place)) {
            Some(step) => step,
            None => {
                // Everything that waits waits for another: one of them steps aside, once. What waits on after that
                // wants the name of another that wants it, too, which no database has.
                match waiting.iter_mut().find(|(place, _)| stepped.insert(**place)) {
                    Some((_, one)) => {
                        let aside = passing(&one.0);
                        (std::mem::replace(&mut one.0, aside.clone()), aside)
                    }
                    None => match waiting.pop_first() {
                        Some((_, step)) => step,
                        None => break,
                    },
                }
            }
        };
        let left = step.0.to_ascii_lowercase();
        taken.remove(&left);
        taken.insert(step.1.to_ascii_lowercase());
        if let Some(place) = wanting.get(&left).filter(|place| waiting.contains_key(place)) {
            free.push_back(*place);
        }
        steps.push(step);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(wanted: &[(&str, &str)], names: &[&str]) -> Vec<String> {
        let wanted: Vec<_> = wanted.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let steps = rename_order(&wanted, names, |name| format!("{name}_passing"));
        steps.into_iter().map(|(from, to)| format!("{from} {to}")).collect()
    }

    #[test]
    fn names_go_round_in_a_circle() {
        assert_eq!(order(&[("a", "b"), ("b", "a")], &["a", "b"]), ["a a_passing", "b a", "a_passing b"]);
    }

    #[test]
    fn two_that_want_one_name_come_to_an_end() {
        assert_eq!(
            order(&[("a", "X"), ("b", "x")], &["a", "b", "x"]),
            ["a a_passing", "b b_passing", "a_passing X", "b_passing x"]
        );
    }
}
