//! An order in which everything comes after what it needs.

use std::collections::{BTreeMap, BTreeSet};

/// The keys of `needs`, each after what it needs, otherwise by rank and name. What needs itself round a circle comes
/// when nothing else is left, by rank.
pub(super) fn sorted(needs: &BTreeMap<&str, (u8, BTreeSet<&str>)>) -> Vec<String> {
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut ready: BTreeSet<(u8, &str)> = BTreeSet::new();
    for (key, (rank, all)) in needs {
        let inside = all.iter().filter(|need| *need != key && needs.contains_key(*need));
        let mut count = 0;
        for need in inside {
            users.entry(need).or_default().push(key);
            count += 1;
        }
        if count == 0 {
            ready.insert((*rank, key));
        } else {
            waiting.insert(key, count);
        }
    }
    let mut sorted = Vec::with_capacity(needs.len());
    loop {
        let next = ready.pop_first().or_else(|| {
            let least = waiting.keys().filter_map(|key| Some((needs.get(key)?.0, *key))).min()?;
            waiting.remove(least.1);
            Some(least)
        });
        let Some((_, key)) = next else { return sorted };
        sorted.push(key.to_owned());
        for user in users.get(key).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    waiting.remove(user);
                    if let Some((rank, _)) = needs.get(user) {
                        ready.insert((*rank, user));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_come_first_and_circles_end() {
        let set = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
        let needs = BTreeMap::from([
            ("a", (2, set(&["b"]))),
            ("b", (9, set(&["elsewhere"]))),
            ("c", (1, set(&["d"]))),
            ("d", (3, set(&["c"]))),
        ]);
        assert_eq!(sorted(&needs), ["b", "a", "c", "d"]);
    }
}
