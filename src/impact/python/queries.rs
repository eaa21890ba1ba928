//! Calls: what their arguments name.

use tree_sitter::Node;

use super::models::Member;
use super::scope::{Binding, Type};
use super::syntax::{Literal, arguments, bare, children, field, last_name};
use super::walk::{Rendering, Walker};
use crate::impact::{UsageKind, sql};

impl<'a> Walker<'a> {
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
        let table = given.positional.first().filter(|_| name == "Table").and_then(|first| self.string(*first));
        let table = table.and_then(|table| self.models.reflected(&table.value, self.subjects));
        let outer = self.inside_table;
        self.inside_table = table.or(outer);
        let element = element.or_else(|| self.schema_object(name));
        for argument in given.positional.into_iter().chain(given.keywords.into_iter().map(|(_, value)| value)) {
            if argument.kind() == "lambda" {
                self.lambda(argument, element.as_ref());
            } else {
                self.visit(argument);
            }
        }
        self.inside_table = outer;
    }

    /// What the function of `fields.Function(lambda obj: …)` in a schema is given.
    fn schema_object(&self, name: &str) -> Option<Binding> {
        let model = self.models.subject(self.within?.class).filter(|_| name == "Function")?;
        Some(Binding::certain(Type::One(model), "through the schema's model"))
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
            for splat in given.positional.iter().filter(|argument| argument.kind() == "dictionary_splat") {
                children(*splat).into_iter().for_each(|inner| self.dictionary_keys(inner, *id, &how));
            }
            match self.models.subject(*id) {
                Some(model) => {
                    let how = Binding::likely(Type::One(model), format!("as an argument of {name}"));
                    keywords(self, model, &how, UsageKind::FormField);
                    self.narrowed(&given.keywords, model, name);
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
            given.positional.iter().for_each(|argument| {
                self.option_strings(*argument, id);
            });
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
            "on_conflict_do_update" | "on_conflict_do_nothing" | "on_duplicate_key_update" => {
                if let (Some((_, id)), Some(receiver)) = (target, receiver) {
                    let how = receiver.with(Type::Columns(id));
                    for (keyword, value) in &given.keywords {
                        match self.text(*keyword) {
                            "index_elements" => self.column_strings(*value, id, &how),
                            "set_" => self.dictionary_keys(*value, id, &how),
                            "constraint" | "index_where" | "where" => {}
                            column => {
                                let place = keyword.start_byte();
                                self.column_use(id, column, place, &how, UsageKind::PythonAttribute);
                            }
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
            "execute" | "scalars" | "executemany" => {
                if let [statement, rows, ..] = given.positional[..]
                    && self.begins_with(statement, "insert")
                    && let Type::Rows(id, _) = self.infer(statement).ty
                {
                    let how = Binding::certain(Type::One(id), "as a key for insert");
                    self.dictionary_keys(rows, id, &how);
                }
            }
            "read_sql_table" => {
                let table = given.positional.first().and_then(|first| self.string(*first));
                if let Some(id) = table.and_then(|table| self.models.reflected(&table.value, self.subjects)) {
                    let how = Binding::certain(Type::Columns(id), "through read_sql_table");
                    for (keyword, value) in &given.keywords {
                        if matches!(self.text(*keyword), "columns" | "index_col" | "parse_dates") {
                            self.column_strings(*value, id, &how);
                        }
                    }
                }
            }
            "append" | "extend" | "remove" => self.list_change(node),
            "Nested" | "Pluck" => {
                let schema = given.positional.first().and_then(|first| self.schema(*first));
                if let Some(model) = schema.and_then(|schema| self.models.subject(schema)) {
                    self.narrowed(&given.keywords, model, name);
                    if let Some(field) = given.positional.get(1).and_then(|field| self.string(*field)) {
                        let how = Binding::certain(Type::One(model), format!("in {name}"));
                        self.path_use(model, &field, 0, &field.value, &how, UsageKind::FormField);
                    }
                }
            }
            "QuerySelectField" | "QuerySelectMultipleField" => self.choices(&given.keywords),
            "add_filter" | "add_filter_related_view" | "query" => self.filter_call(node, name),
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
            _ if name.starts_with("Filter") => self.filter_call(node, name),
            _ => self.model_strings(node, name),
        }
    }

    /// The schema that `Nested` is given, by its class or its name.
    fn schema(&self, node: Node<'a>) -> Option<usize> {
        match self.string(node) {
            Some(name) => self.models.named(name.value.rsplit('.').next().unwrap_or(&name.value)),
            None => match self.infer(node).ty {
                Type::Class(id) | Type::One(id) => Some(id),
                _ => None,
            },
        }
    }

    /// `only=("fax",)` and its like for a schema of a model.
    fn narrowed(&mut self, keywords: &[(Node<'a>, Node<'a>)], model: usize, name: &str) {
        for (keyword, value) in keywords {
            if matches!(self.text(*keyword), "only" | "exclude" | "load_only" | "dump_only" | "partial") {
                let how = Binding::certain(Type::One(model), format!("in {} of {name}", self.text(*keyword)));
                self.strings(*value, &mut |walker, literal| {
                    walker.path_use(model, literal, 0, &literal.value, &how, UsageKind::FormField);
                });
            }
        }
    }

    /// `get_label="fax"` of a field whose rows a query gives.
    fn choices(&mut self, keywords: &[(Node<'a>, Node<'a>)]) {
        let keyword = |name: &str| keywords.iter().find(|(keyword, _)| self.text(*keyword) == name).map(|pair| pair.1);
        let (Some(factory), Some(label)) = (keyword("query_factory"), keyword("get_label")) else { return };
        let query = field(factory, "body").filter(|_| factory.kind() == "lambda").unwrap_or(factory);
        if let (Type::Rows(id, _), Some(label)) = (self.infer(query).ty, self.string(label)) {
            let how = Binding::certain(Type::One(id), "in get_label");
            self.path_use(id, &label, 0, &label.value, &how, UsageKind::FormField);
        }
    }

    /// `text("fax IS NULL")` among the arguments of a query.
    fn fragments(&mut self, given: &[Node<'a>], id: usize) {
        for argument in given {
            let is_text = argument.kind() == "call"
                && field(*argument, "function").and_then(|name| last_name(name, self.source)) == Some("text");
            let first = arguments(*argument).positional.first().copied();
            let Some(literal) = first.filter(|_| is_text).and_then(|first| self.string(first)) else { continue };
            if !sql::looks_like_sql(&literal.value) {
                let how = Binding::likely(Type::Columns(id), "in a part of SQL");
                self.fragment(&literal, id, &how, UsageKind::SqlString);
            }
        }
    }

    /// Reports the columns of a class's table that a part of SQL names.
    pub(super) fn fragment(&mut self, literal: &Literal, id: usize, how: &Binding, kind: UsageKind) {
        for (start, word) in sql::words(&literal.value, self.dialect) {
            self.column_use(id, &word, literal.place(start), how, kind);
        }
    }

    /// Strings inside the options and order of a query: `desc("fax")`, `joinedload("customer").load_only("fax")`.
    /// Gives the class that an option leads to.
    fn option_strings(&mut self, node: Node<'a>, id: usize) -> Option<usize> {
        const NAMING: [&str; 14] = [
            "desc",
            "asc",
            "nulls_first",
            "nulls_last",
            "defer",
            "undefer",
            "load_only",
            "joinedload",
            "selectinload",
            "subqueryload",
            "lazyload",
            "contains_eager",
            "immediateload",
            "raiseload",
        ];
        if node.kind() != "call" {
            return None;
        }
        let function = field(node, "function").map(bare)?;
        let name = last_name(function, self.source)?;
        let object = field(function, "object").filter(|_| function.kind() == "attribute");
        let mut id = object.and_then(|object| self.option_strings(object, id)).unwrap_or(id);
        if !NAMING.contains(&name) {
            return None;
        }
        for argument in arguments(node).positional {
            if let Some(literal) = self.string(argument) {
                let how = Binding::certain(Type::Class(id), format!("in {name}"));
                self.path_use(id, &literal, 0, &literal.value, &how, UsageKind::PythonAttribute);
                if let Member::Related(target) = self.models.member(id, &literal.value, self.subjects) {
                    id = target;
                }
            } else if let Type::Class(target) = self.infer(argument).ty {
                id = target;
            }
        }
        Some(id)
    }

    /// Reports each string as the name of a column of the table.
    fn column_strings(&mut self, node: Node<'a>, id: usize, how: &Binding) {
        self.strings(node, &mut |walker, literal| {
            walker.column_use(id, &literal.value, literal.place(0), how, UsageKind::PythonAttribute);
        });
    }

    /// Whether a chain of calls begins with the call of this function.
    fn begins_with(&self, node: Node<'a>, name: &str) -> bool {
        let mut at = bare(node);
        loop {
            let Some(function) = field(at, "function").filter(|_| at.kind() == "call").map(bare) else { return false };
            if last_name(function, self.source) == Some(name) {
                return true;
            }
            match field(function, "object").filter(|_| function.kind() == "attribute") {
                Some(object) => at = bare(object),
                None => return false,
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
}
