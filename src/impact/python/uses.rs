//! Which places are uses: attributes, names of models, calls and strings.

use tree_sitter::Node;

use super::classes::words;
use super::models::Member;
use super::scope::{Binding, Type};
use super::syntax::{Literal, arguments, bare, children, field, last_name};
use super::walk::{Rendering, Walker};
use crate::impact::{UsageConfidence, UsageKind, sql};

impl<'a> Walker<'a> {
    /// Reports `receiver.name` at `offset` where it is a changed column; tells whether it was resolved.
    pub(super) fn member_use(
        &mut self,
        id: usize,
        name: &str,
        offset: usize,
        receiver: &Binding,
        kind: UsageKind,
    ) -> bool {
        let class = self.models.name(id);
        match self.models.member(id, name, self.subjects) {
            Member::Column { table, column } => {
                let changes = self.subjects.column(&table, &column);
                let explanation = format!("{class}.{name} {}", receiver.how);
                self.sink.report(offset, changes, kind, receiver.sure, explanation.trim_end());
                true
            }
            Member::Related(_) | Member::Method(_) | Member::Other => true,
            Member::Missing => self.models.table(id).is_some(),
        }
    }

    /// Reports an attribute access; `called` when it is the function of a call.
    pub(super) fn attribute_use(&mut self, node: Node<'a>, called: bool) {
        let (Some(object), Some(name)) = (field(node, "object"), field(node, "attribute")) else { return };
        let receiver = self.infer(object);
        let offset = name.start_byte();
        let name = self.text(name);
        match receiver.ty {
            Type::Class(id) | Type::One(id) | Type::Related(id) => {
                if !self.member_use(id, name, offset, &receiver, UsageKind::PythonAttribute) {
                    self.mixin_use(id, name, offset, UsageKind::PythonAttribute);
                }
            }
            Type::Module(ref path) => {
                if let Type::Class(id) = self.module_member(path, name).ty {
                    self.class_report(offset, id, "through its module");
                }
            }
            Type::Unknown if !called => self.unknown_use(name, offset, UsageKind::PythonAttribute),
            Type::Unknown | Type::Other | Type::Rows(..) | Type::Tuples(_) | Type::Interface(_) => {}
        }
    }

    /// `self.fax` in a mixin: the models that derive from it decide.
    pub(super) fn mixin_use(&mut self, id: usize, name: &str, offset: usize, kind: UsageKind) {
        for model in self.models.models_under(id).iter().copied() {
            let how = format!("in {}, which it derives from", self.models.name(id));
            self.member_use(model, name, offset, &Binding::likely(Type::One(model), how), kind);
        }
    }

    /// A name whose receiver is unknown: a use only when one table alone has such a column.
    pub(super) fn unknown_use(&mut self, name: &str, offset: usize, kind: UsageKind) {
        if let Some((table, column)) = self.models.only_owner(name, self.subjects) {
            let explanation = format!("only {table} has a column {column}, the receiver's type is unknown");
            self.sink.report(
                offset,
                self.subjects.column(table, &column),
                kind,
                UsageConfidence::Possible,
                &explanation,
            );
        }
    }

    /// Reports the name of a class whose table changed.
    pub(super) fn class_use(&mut self, node: Node<'a>, id: usize, how: &str) {
        self.class_report(node.start_byte(), id, how);
    }

    fn class_report(&mut self, offset: usize, id: usize, how: &str) {
        if let Some(table) = self.models.table(id) {
            let explanation = format!("{}, the model of {table}, {how}", self.models.name(id));
            let changes = self.subjects.table(table);
            self.sink.report(offset, changes, UsageKind::PythonAttribute, UsageConfidence::Certain, &explanation);
        }
    }

    pub(super) fn name_use(&mut self, node: Node<'a>) {
        let name = self.text(node);
        if let Some(Binding { ty: Type::Class(id), .. }) = self.scopes.get(name).cloned() {
            self.class_use(node, id, "by its class");
            return;
        }
        // In a model's body the bare name of a column is that column (`foreign_keys=[customer_id]`).
        if let Some(within) = self.within
            && self.in_class_body(node)
            && self.models.table(within.class).is_some()
            && self.scopes.get(name).is_none_or(|binding| binding.ty == Type::Other)
        {
            let own = Binding::certain(Type::Class(within.class), "in its own class");
            self.member_use(within.class, name, node.start_byte(), &own, UsageKind::ModelDefinition);
        }
    }

    fn in_class_body(&self, node: Node<'a>) -> bool {
        let mut at = node;
        while let Some(parent) = at.parent() {
            match parent.kind() {
                "class_definition" => return true,
                "function_definition" | "lambda" | "module" => return false,
                _ => at = parent,
            }
        }
        false
    }

    /// Names of models in annotations.
    pub(super) fn annotation_use(&mut self, node: Node<'a>) {
        if let Some(literal) = self.string(node) {
            let name = super::index::named_class(&literal.value);
            if let Some(id) = self.models.named(&name) {
                let offset = literal.value.rfind(&name).unwrap_or(0);
                self.class_report(literal.place(offset), id, "in an annotation");
            }
            return;
        }
        if node.kind() == "identifier" {
            self.name_use(node);
        }
        for child in children(node) {
            self.annotation_use(child);
        }
    }

    pub(super) fn call(&mut self, node: Node<'a>) {
        let Some(function) = field(node, "function") else { return };
        let given = arguments(node);
        let name = last_name(bare(function), self.source).unwrap_or("");
        let receiver = match bare(function) {
            object if object.kind() == "attribute" => field(object, "object").map(|object| self.infer(object)),
            _ => None,
        };
        self.check_call(node, name, receiver.as_ref());
        let rows = receiver.iter().cloned().chain(given.positional.iter().map(|argument| self.infer(*argument)));
        let element = rows.map(|rows| self.element(&rows)).find(|element| !element.is_unknown());
        match bare(function) {
            attribute if attribute.kind() == "attribute" => {
                self.attribute_use(attribute, true);
                if let Some(object) = field(attribute, "object") {
                    self.visit(object);
                }
            }
            other => self.visit(other),
        }
        for argument in given.positional.into_iter().chain(given.keywords.into_iter().map(|(_, value)| value)) {
            if argument.kind() == "lambda" {
                self.lambda(argument, element.as_ref());
            } else {
                self.visit(argument);
            }
        }
    }

    fn check_call(&mut self, node: Node<'a>, name: &str, receiver: Option<&Binding>) {
        let given = arguments(node);
        let keywords = |walker: &mut Self, id: usize, how: &Binding, kind: UsageKind| {
            for (keyword, _) in &given.keywords {
                walker.member_use(id, walker.text(*keyword), keyword.start_byte(), how, kind);
            }
        };
        let constructed = field(node, "function").map(|function| self.infer(function));
        if let Some(Binding { ty: Type::Class(id), .. }) = &constructed {
            let how = Binding::certain(Type::One(*id), "as an argument of its constructor");
            match self.models.subject(*id) {
                Some(model) => {
                    let how = Binding::likely(Type::One(model), format!("as an argument of {name}"));
                    keywords(self, model, &how, UsageKind::FormField);
                }
                None => keywords(self, *id, &how, UsageKind::PythonAttribute),
            }
        }
        let target = receiver.and_then(|receiver| match receiver.ty {
            Type::Rows(id, joined) => Some((joined.unwrap_or(id), id)),
            Type::Class(id) | Type::Related(id) => Some((id, id)),
            _ => None,
        });
        if let Some((_, id)) = target {
            self.fragments(&given.positional, id);
        }
        match name {
            "filter_by" | "has" | "any" => {
                if let (Some((id, root)), Some(receiver)) = (target, receiver) {
                    let how = receiver.with(Type::One(id));
                    for (keyword, _) in &given.keywords {
                        let word = self.text(*keyword);
                        let id = if self.models.member(id, word, self.subjects) == Member::Missing { root } else { id };
                        self.member_use(id, word, keyword.start_byte(), &how, UsageKind::PythonAttribute);
                    }
                } else {
                    for (keyword, _) in &given.keywords {
                        self.unknown_use(self.text(*keyword), keyword.start_byte(), UsageKind::PythonAttribute);
                    }
                }
            }
            "values" | "update" => {
                if let (Some((_, id)), Some(receiver)) = (target, receiver) {
                    let how = receiver.with(Type::One(id));
                    keywords(self, id, &how, UsageKind::PythonAttribute);
                    given.positional.iter().for_each(|argument| self.dictionary_keys(*argument, id, &how));
                }
            }
            "order_by" | "group_by" | "with_entities" | "load_only" | "defer" | "undefer" | "only" => {
                if let (Some((_, id)), Some(receiver)) = (target, receiver) {
                    for argument in &given.positional {
                        if let Some(literal) = self.string(*argument) {
                            let how = receiver.with(Type::One(id));
                            self.path_use(id, &literal, 0, &literal.value, &how, UsageKind::PythonAttribute);
                        }
                    }
                }
            }
            "bulk_insert_mappings" | "bulk_update_mappings" | "insert" => {
                if let Some(Binding { ty: Type::Class(id), .. }) =
                    given.positional.first().map(|first| self.infer(*first))
                {
                    let how = Binding::certain(Type::One(id), format!("as a key for {name}"));
                    given.positional.iter().skip(1).for_each(|argument| self.dictionary_keys(*argument, id, &how));
                }
            }
            "getattr" | "setattr" | "hasattr" | "delattr" | "set_attribute" => {
                if let [object, attribute, ..] = given.positional[..]
                    && let Some(literal) = self.string(attribute)
                {
                    let receiver = self.infer(object);
                    match receiver.ty {
                        Type::Class(id) | Type::One(id) | Type::Related(id) => {
                            self.path_use(id, &literal, 0, &literal.value, &receiver, UsageKind::PythonAttribute);
                        }
                        Type::Unknown => {
                            self.unknown_use(&literal.value, literal.place(0), UsageKind::PythonAttribute);
                        }
                        _ => {}
                    }
                }
            }
            "attrgetter" => {
                for argument in &given.positional {
                    if let Some(literal) = self.string(*argument) {
                        self.unknown_use(&literal.value, literal.place(0), UsageKind::PythonAttribute);
                    }
                }
            }
            "render_template" | "render_template_string" | "render" => self.rendering(node),
            _ => self.model_strings(node, name),
        }
    }

    /// `text("fax IS NULL")` among the arguments of a query.
    fn fragments(&mut self, given: &[Node<'a>], id: usize) {
        for argument in given {
            let is_text = argument.kind() == "call"
                && field(*argument, "function").and_then(|name| last_name(name, self.source)) == Some("text");
            let first = arguments(*argument).positional.first().copied();
            let Some(literal) = first.filter(|_| is_text).and_then(|first| self.string(first)) else { continue };
            if sql::looks_like_sql(&literal.value) {
                continue;
            }
            let how = Binding::likely(Type::Class(id), "in a part of SQL");
            for (start, word) in words(&literal.value) {
                let name = word.rsplit('.').next().unwrap_or(word);
                let start = start + word.len() - name.len();
                self.path_use(id, &literal, start, name, &how, UsageKind::SqlString);
            }
        }
    }

    fn dictionary_keys(&mut self, node: Node<'a>, id: usize, how: &Binding) {
        match node.kind() {
            "pair" => {
                if let Some(key) = field(node, "key").and_then(|key| self.string(key)) {
                    self.path_use(id, &key, 0, &key.value, how, UsageKind::PythonAttribute);
                }
            }
            "dictionary" | "list" | "tuple" => {
                children(node).into_iter().for_each(|child| self.dictionary_keys(child, id, how));
            }
            _ => {}
        }
    }

    /// Reports a dotted path of attribute names inside a string that begins at `start` of the literal.
    pub(super) fn path_use(
        &mut self,
        id: usize,
        literal: &Literal,
        start: usize,
        path: &str,
        how: &Binding,
        kind: UsageKind,
    ) {
        let mut id = id;
        let mut at = start;
        for segment in path.split('.') {
            self.member_use(id, segment, literal.place(at), how, kind);
            match self.models.member(id, segment, self.subjects) {
                Member::Related(target) => id = target,
                _ => return,
            }
            at += segment.len() + 1;
        }
    }

    fn rendering(&mut self, node: Node<'a>) {
        let given = arguments(node);
        let Some(template) = given.positional.iter().find_map(|argument| self.string(*argument)) else { return };
        let variables = given
            .keywords
            .iter()
            .map(|(keyword, value)| (self.text(*keyword).to_owned(), self.infer(*value)))
            .filter(|(_, binding)| !binding.is_unknown())
            .collect();
        self.renderings.push(Rendering { template: template.value, variables });
    }

    pub(super) fn string_use(&mut self, node: Node<'a>) {
        if let Some(literal) = self.string(node)
            && sql::looks_like_sql(&literal.value)
        {
            for usage in sql::find(&literal.value, self.dialect, self.subjects) {
                let place = literal.place(usage.offset);
                self.sink.report(place, &usage.changes, UsageKind::SqlString, usage.confidence, &usage.explanation);
            }
        }
        // What an f-string interpolates is code.
        let parts = if node.kind() == "string" { vec![node] } else { children(node) };
        for interpolation in parts.into_iter().flat_map(children).filter(|part| part.kind() == "interpolation") {
            self.visit_children(interpolation);
        }
    }
}
