//! What Flask-AppBuilder reads as names of columns: the lists of a view or API, and its filters.

use tree_sitter::Node;

use super::models::Member;
use super::scope::{Binding, Type};
use super::syntax::{arguments, bare, children, field};
use super::walk::Walker;
use crate::impact::UsageKind;

/// Attributes of a view that are dictionaries by column.
fn is_by_column(name: &str) -> bool {
    const ENDS: [&str; 4] = ["_columns", "_form_extra_fields", "_query_rel_fields", "_rel_fields"];
    ENDS.iter().any(|end| name.ends_with(end)) || name == "base_related_field_filters"
}

/// Attributes of a view whose strings name columns.
pub(super) fn names_columns(name: &str) -> bool {
    is_by_column(name)
        || name.ends_with("_fieldsets")
        || name.ends_with("_exclude_cols")
        || ["base_order", "base_filters", "definitions", "group_bys", "fieldsets", "direct_columns"].contains(&name)
}

impl<'a> Walker<'a> {
    pub(super) fn view_strings(&mut self, name: &str, value: Node<'a>, model: usize, depth: usize) {
        let how = Binding::certain(Type::One(model), format!("in {name} of the view's model"));
        match value.kind() {
            "string" | "concatenated_string" => {
                if let Some(literal) = self.string(value) {
                    self.path_use(model, &literal, 0, &literal.value, &how, UsageKind::ViewColumn);
                }
            }
            "identifier" if depth < 6 => {
                if let Some(list) = self.assigned.get(self.text(value)).copied() {
                    self.view_strings(name, bare(list), model, depth + 1);
                }
            }
            "dictionary" => {
                for pair in children(value) {
                    let (Some(key), Some(inner)) = (field(pair, "key"), field(pair, "value")) else { continue };
                    let Some(literal) = self.string(key) else { continue };
                    if name.ends_with("fieldsets") || name == "definitions" {
                        if ["fields", "group", "series"].contains(&literal.value.as_str()) {
                            self.view_strings(&literal.value, inner, model, depth + 1);
                        }
                    } else if name == "direct_columns" {
                        self.view_strings(name, inner, model, depth + 1);
                    } else {
                        self.path_use(model, &literal, 0, &literal.value, &how, UsageKind::ViewColumn);
                        if let Member::Related(target) = self.models.member(model, &literal.value, self.subjects) {
                            match name {
                                "order_rel_fields" => self.view_strings("base_order", inner, target, depth + 1),
                                _ if name.ends_with("_rel_fields") || name == "base_related_field_filters" => {
                                    self.filters(name, inner, target);
                                }
                                _ => {}
                            }
                        }
                    }
                }
            }
            "tuple" | "list" if name == "base_order" => {
                if let Some(first) = children(value).first() {
                    self.view_strings(name, *first, model, depth + 1);
                }
            }
            "list" | "tuple" if name == "base_filters" => self.filters(name, value, model),
            "list" | "tuple" if name.ends_with("fieldsets") => {
                for fieldset in children(value) {
                    // The first of a pair is the title.
                    let skip = usize::from(fieldset.kind() == "tuple");
                    for part in children(fieldset).into_iter().skip(skip) {
                        self.view_strings(name, part, model, depth + 1);
                    }
                }
            }
            "call" => {
                let given = arguments(value);
                if value.child_by_field_name("function").is_some_and(|function| self.text(function) == "dict") {
                    for (keyword, _) in &given.keywords {
                        let place = keyword.start_byte();
                        self.member_use(model, self.text(*keyword), place, &how, UsageKind::ViewColumn);
                    }
                }
                given.positional.into_iter().for_each(|argument| self.view_strings(name, argument, model, depth + 1));
            }
            "list_comprehension" => {}
            _ => children(value).into_iter().for_each(|child| self.view_strings(name, bare(child), model, depth + 1)),
        }
    }

    /// `[["fax", FilterStartsWith, "0"], …]`: the first of each.
    fn filters(&mut self, name: &str, value: Node<'a>, model: usize) {
        let how = Binding::certain(Type::One(model), format!("in {name} of the view's model"));
        for filter in children(value) {
            if let Some(literal) = children(filter).first().and_then(|first| self.string(*first)) {
                self.path_use(model, &literal, 0, &literal.value, &how, UsageKind::ViewColumn);
            }
        }
    }

    /// A view whose model is not known.
    pub(super) fn unresolved_strings(&mut self, value: Node<'a>) {
        self.strings(value, &mut |walker, literal| {
            walker.unknown_use(&literal.value, literal.place(0), UsageKind::ViewColumn);
        });
    }

    /// `CustomerView.list_columns.append("fax")`, `self.list_columns = […]`, `list_columns += […]`.
    pub(super) fn list_change(&mut self, call: Node<'a>) {
        let object = field(call, "function").map(bare).and_then(|function| field(function, "object"));
        if let Some(list) = object {
            for argument in arguments(call).positional {
                self.list_growth(list, argument);
            }
        }
    }

    /// What a view's list is given outside of its plain assignment.
    pub(super) fn list_growth(&mut self, list: Node<'a>, value: Node<'a>) {
        let (name, view) = match list.kind() {
            "identifier" => (self.text(list), self.within.map(|within| within.class)),
            "attribute" => {
                let (Some(object), Some(name)) = (field(list, "object"), field(list, "attribute")) else { return };
                match self.infer(object).ty {
                    Type::Class(id) | Type::One(id) => (self.text(name), Some(id)),
                    _ => return,
                }
            }
            _ => return,
        };
        if names_columns(name)
            && let Some(model) = view.and_then(|view| self.models.subject(view))
        {
            self.view_strings(name, bare(value), model, 0);
        }
    }

    /// `FilterEqual("fax", datamodel)`, `filters.add_filter("fax", …)`, `datamodel.query(order_column="fax")`.
    pub(super) fn filter_call(&mut self, call: Node<'a>, name: &str) {
        let given = arguments(call);
        let named = given.positional.get(1).map(|model| self.infer(*model).ty);
        let receiver = field(call, "function").map(bare).and_then(|function| field(function, "object"));
        let interface = receiver.map(|receiver| self.infer(receiver).ty);
        let own = self.within.and_then(|within| self.models.subject(within.class));
        let model = match (named, interface, name) {
            (Some(Type::Interface(id)), _, _) | (_, Some(Type::Interface(id)), _) => Some(id),
            (_, _, "query") => None,
            _ => own,
        };
        let Some(model) = model else { return };
        let how = Binding::certain(Type::One(model), format!("in {name}"));
        let column = match name {
            "query" => given
                .keywords
                .iter()
                .find(|(keyword, _)| self.text(*keyword) == "order_column")
                .map(|(_, value)| *value),
            _ => given.positional.first().copied(),
        };
        if let Some(literal) = column.and_then(|column| self.string(column)) {
            self.path_use(model, &literal, 0, &literal.value, &how, UsageKind::ViewColumn);
        }
    }
}
