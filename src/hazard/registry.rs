//! The list of rules, and the only place that filters what they find.
