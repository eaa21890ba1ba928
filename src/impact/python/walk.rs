//! The walk over one file: what names stand for, statement by statement, and which places are uses.

use std::collections::HashMap;

use tree_sitter::Node;

use super::models::{Learner, Models};
use super::scope::{Binding, Scopes, Type};
use super::syntax::{Literal, arguments, bare, children, field, is_docstring, text_of};
use crate::impact::UsageKind;
use crate::impact::place::Sink;
use crate::impact::subject::Subjects;
use crate::schema::Dialect;

/// The class in whose body or method the walk is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within {
    pub(super) class: usize,
}

/// Names and types that a template is rendered with.
pub(in crate::impact) struct Rendering {
    /// The template's name as the call gives it.
    pub(in crate::impact) template: String,
    pub(in crate::impact) variables: Vec<(String, Binding)>,
}

/// Walks one file.
pub(super) struct Walker<'a> {
    pub(super) source: &'a str,
    pub(super) file: usize,
    pub(super) module: Vec<String>,
    pub(super) models: &'a Models,
    pub(super) subjects: &'a Subjects,
    pub(super) dialect: Dialect,
    pub(super) sink: Sink<'a>,
    pub(super) scopes: Scopes,
    pub(super) within: Option<Within>,
    /// Types of what methods set on `self`, for the class at hand.
    pub(super) self_types: HashMap<String, Binding>,
    /// Values of the file's own assignments, for lists that a view names.
    pub(super) assigned: HashMap<&'a str, Node<'a>>,
    pub(super) renderings: Vec<Rendering>,
    /// Texts that variables hold.
    pub(super) texts: HashMap<&'a str, Literal>,
    /// The table of the `Table(…)` around the place.
    pub(super) inside_table: Option<usize>,
    /// What the functions of the file return.
    pub(super) lessons: HashMap<Learner, Option<Binding>>,
    /// The function in whose body the walk is.
    pub(super) learner: Option<Learner>,
    pub(super) deferred: Vec<(Node<'a>, Option<Within>)>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(
        file: usize,
        module: Vec<String>,
        models: &'a Models,
        subjects: &'a Subjects,
        dialect: Dialect,
        sink: Sink<'a>,
        source: &'a str,
    ) -> Self {
        Self {
            source,
            file,
            module,
            models,
            subjects,
            dialect,
            sink,
            scopes: Scopes::default(),
            within: None,
            self_types: HashMap::new(),
            assigned: HashMap::new(),
            renderings: Vec::new(),
            texts: HashMap::new(),
            inside_table: None,
            lessons: HashMap::new(),
            learner: None,
            deferred: Vec::new(),
        }
    }

    /// Walks a whole module.
    pub(super) fn module(&mut self, root: Node<'a>) {
        self.scopes.push();
        self.collect(root);
        self.visit_children(root);
        self.run_deferred();
        self.scopes.pop();
    }

    /// Binds the module's own classes and remembers its assignments before anything uses them.
    fn collect(&mut self, root: Node<'a>) {
        for statement in children(root) {
            match statement.kind() {
                "class_definition" => self.bind_class(statement),
                "decorated_definition" => match field(statement, "definition") {
                    Some(class) if class.kind() == "class_definition" => self.bind_class(class),
                    Some(function) => self.bind_function(function),
                    None => {}
                },
                "function_definition" => self.bind_function(statement),
                "import_statement" | "import_from_statement" => self.import(statement, false),
                "expression_statement" => {
                    for assignment in children(statement).into_iter().filter(|node| node.kind() == "assignment") {
                        if let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right")) {
                            self.assigned.insert(self.text(left), right);
                            if let Some(id) = self.models.defined_at(self.file, left.start_byte()) {
                                self.scopes.bind(self.text(left), Binding::certain(Type::Class(id), "by its table"));
                            }
                        }
                    }
                }
                "if_statement" | "try_statement" | "block" => self.collect(statement),
                _ => {}
            }
        }
    }

    pub(super) fn bind_class(&mut self, node: Node<'a>) {
        if let (Some(name), Some(id)) = (field(node, "name"), self.models.defined_at(self.file, node.start_byte())) {
            self.scopes.bind(self.text(name), Binding::certain(Type::Class(id), "by its class"));
        }
    }

    fn bind_function(&mut self, node: Node<'a>) {
        let Some(name) = field(node, "name").map(|name| self.text(name)) else { return };
        if let Some(id) = self.models.function(&self.module, name) {
            self.scopes.bind(name, Binding::certain(Type::Function(id), ""));
        }
    }

    pub(super) fn run_deferred(&mut self) {
        let deferred = std::mem::take(&mut self.deferred);
        let (within, self_types) = (self.within, std::mem::take(&mut self.self_types));
        let mut class = None;
        for (function, owner) in deferred {
            if owner.map(|owner| owner.class) != class {
                class = owner.map(|owner| owner.class);
                self.self_types.clear();
            }
            self.within = owner;
            self.function(function);
        }
        self.within = within;
        self.self_types = self_types;
    }

    pub(super) fn visit_children(&mut self, node: Node<'a>) {
        for child in children(node) {
            self.visit(child);
        }
    }

    /// Visits any node.
    pub(super) fn visit(&mut self, node: Node<'a>) {
        match node.kind() {
            "expression_statement" if is_docstring(node) => {}
            "import_statement" | "import_from_statement" => self.import(node, true),
            "class_definition" => self.class(node),
            "function_definition" => self.deferred.push((node, self.within)),
            "assignment" => self.assignment(node),
            "named_expression" => {
                if let (Some(name), Some(value)) = (field(node, "name"), field(node, "value")) {
                    self.visit(value);
                    let binding = self.infer(value);
                    self.bind_target(name, &binding);
                }
            }
            "for_statement" | "for_in_clause" => self.iteration(node),
            "as_pattern" => self.alias(node),
            "list_comprehension" | "set_comprehension" | "generator_expression" | "dictionary_comprehension" => {
                self.scopes.push();
                let parts = children(node);
                parts.iter().filter(|part| part.kind() == "for_in_clause").for_each(|part| self.visit(*part));
                parts.iter().filter(|part| part.kind() != "for_in_clause").for_each(|part| self.visit(*part));
                self.scopes.pop();
            }
            "if_statement" => {
                if let Some(condition) = field(node, "condition") {
                    self.narrow(condition);
                }
                self.visit_children(node);
            }
            "lambda" => self.lambda(node, None),
            "attribute" => {
                self.attribute_use(node, false);
                if let Some(object) = field(node, "object") {
                    self.visit(object);
                }
            }
            "call" => self.call(node),
            "keyword_argument" => {
                if let Some(value) = field(node, "value") {
                    self.visit(value);
                }
            }
            "identifier" => self.name_use(node),
            "string" | "concatenated_string" => self.string_use(node),
            "binary_operator" => self.sum(node),
            "subscript" => {
                self.subscript_use(node);
                self.visit_children(node);
            }
            "augmented_assignment" => {
                if let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) {
                    self.list_growth(left, right);
                }
                self.continued(node);
            }
            "return_statement" | "yield" => {
                self.learn(node);
                self.visit_children(node);
            }
            "class_pattern" => self.pattern(node),
            "type" => self.annotation_use(node),
            _ => self.visit_children(node),
        }
    }

    /// `case Customer(fax=""):`.
    fn pattern(&mut self, node: Node<'a>) {
        let parts = children(node);
        let class = parts.first().and_then(|name| children(*name).last().copied().or(Some(*name)));
        if let Some(class) = class
            && let Type::Class(id) = self.infer(class).ty
        {
            let how = Binding::certain(Type::One(id), "in a pattern");
            self.class_use(class, id, "in a pattern");
            for part in &parts[1..] {
                let keyword = children(*part).first().copied().filter(|inner| inner.kind() == "keyword_pattern");
                if let Some(name) = keyword.and_then(|keyword| children(keyword).first().copied()) {
                    self.member_use(id, self.text(name), name.start_byte(), &how, UsageKind::PythonAttribute);
                }
            }
        }
        parts.iter().skip(1).for_each(|part| self.visit(*part));
    }

    fn import(&mut self, node: Node<'a>, report: bool) {
        let module = field(node, "module_name").map(|name| self.absolute(self.text(name)));
        let mut cursor = node.walk();
        let names: Vec<Node<'a>> = node.children_by_field_name("name", &mut cursor).collect();
        for name in names {
            let (path, alias) = match name.kind() {
                "aliased_import" => (field(name, "name"), field(name, "alias")),
                _ => (Some(name), None),
            };
            let Some(path) = path else { continue };
            let segments: Vec<String> = self.text(path).split('.').map(ToOwned::to_owned).collect();
            let binding = match &module {
                Some(module) => {
                    let name = segments.join(".");
                    let binding =
                        if self.models.is_own(module) { self.module_member(module, &name) } else { Binding::other() };
                    if let Type::Class(id) = binding.ty
                        && report
                    {
                        self.class_use(path, id, "imported");
                    }
                    binding
                }
                None if self.models.is_own(&segments) => {
                    let bound = if alias.is_some() { segments.clone() } else { segments[..1].to_vec() };
                    Binding::certain(Type::Module(bound), "")
                }
                None => Binding::other(),
            };
            let bound = alias.map_or(segments[0].as_str(), |alias| self.text(alias));
            self.scopes.bind(bound, binding);
        }
        if let Some(module) = module
            && children(node).iter().any(|child| child.kind() == "wildcard_import")
            && self.models.is_own(&module)
        {
            let mapped = |id: &usize| self.models.table(*id).is_some();
            let ids = (0..self.models.classes.len()).filter(mapped);
            let names: Vec<String> = ids.map(|id| self.models.name(id).to_owned()).collect();
            for name in names {
                if let Some(id) = self.models.imported(&module, &name) {
                    self.scopes.bind(&name, Binding::certain(Type::Class(id), "by its class"));
                }
            }
        }
    }

    /// The module that an import names, from the root of the repository.
    fn absolute(&self, name: &str) -> Vec<String> {
        let dots = name.chars().take_while(|c| *c == '.').count();
        let rest = name.trim_start_matches('.').trim();
        let mut path = Vec::new();
        if dots > 0 {
            let package = if self.sink.is_package() { self.module.len() } else { self.module.len().saturating_sub(1) };
            path.extend_from_slice(&self.module[..package.saturating_sub(dots - 1)]);
        }
        path.extend(rest.split('.').filter(|part| !part.is_empty()).map(ToOwned::to_owned));
        path
    }

    fn class(&mut self, node: Node<'a>) {
        let Some(id) = self.models.defined_at(self.file, node.start_byte()) else {
            self.visit_children(node);
            return;
        };
        self.bind_class(node);
        if let Some(bases) = field(node, "superclasses") {
            self.visit(bases);
        }
        if let Some(name) = field(node, "name") {
            self.class_definition(name, id);
        }
        let within = self.within.replace(Within { class: id });
        self.scopes.push();
        for statement in field(node, "body").map(children).unwrap_or_default() {
            self.class_statement(statement, id);
        }
        self.scopes.pop();
        self.within = within;
    }

    fn assignment(&mut self, node: Node<'a>) {
        let (left, right, annotation) = (field(node, "left"), field(node, "right"), field(node, "type"));
        for child in [annotation, right].into_iter().flatten() {
            self.visit(child);
        }
        // A `Table(…)` object was bound with the module's classes.
        let Some(left) = left.filter(|left| self.models.defined_at(self.file, left.start_byte()).is_none()) else {
            return;
        };
        let binding = match (annotation, right) {
            (Some(annotation), _) => self.annotated(self.text(annotation), "through its annotation"),
            (None, Some(right)) if bare(right).kind() == "none" => {
                if left.kind() == "identifier" && self.scopes.get(self.text(left)).is_none() {
                    self.scopes.bind(self.text(left), Binding::unknown());
                }
                return;
            }
            (None, Some(right)) => self.infer(right),
            (None, None) => return,
        };
        if let Some(right) = right {
            if left.kind() == "attribute" {
                self.list_growth(left, right);
            } else if let Some(text) = self.string(right) {
                self.texts.insert(self.text(left), text);
            }
        }
        self.bind_target(left, &binding);
    }

    /// Binds the target of an assignment or a loop, and visits it where it is an expression.
    fn bind_target(&mut self, target: Node<'a>, binding: &Binding) {
        match target.kind() {
            "identifier" => {
                let from_class = matches!(binding.ty, Type::Class(_)).then(|| binding.clone());
                self.scopes.bind(self.text(target), from_class.unwrap_or_else(|| binding.clone()));
            }
            "attribute" => {
                if let (Some(object), Some(name)) = (field(target, "object"), field(target, "attribute"))
                    && self.text(object) == "self"
                    && !binding.is_unknown()
                {
                    self.self_types.insert(self.text(name).to_owned(), binding.clone());
                }
                self.visit(target);
            }
            "pattern_list" | "tuple_pattern" | "list_pattern" => {
                for (index, part) in children(target).into_iter().enumerate() {
                    let value = match &binding.ty {
                        Type::Record(parts) => {
                            parts.get(index).map_or_else(Binding::unknown, |part| self.part(part, binding))
                        }
                        _ => self.element(binding),
                    };
                    self.bind_target(part, &value);
                }
            }
            "list_splat_pattern" => {
                let rows = match binding.ty {
                    Type::One(id) => binding.with(Type::Rows(id, None)),
                    _ => Binding::unknown(),
                };
                children(target).into_iter().for_each(|name| self.bind_target(name, &rows));
            }
            _ => self.visit(target),
        }
    }

    fn iteration(&mut self, node: Node<'a>) {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else { return };
        self.visit(right);
        let source = bare(right);
        let enumerated = source.kind() == "call"
            && field(source, "function").is_some_and(|function| self.text(function) == "enumerate");
        if enumerated {
            let rows = arguments(source).positional.first().map(|rows| self.infer(*rows));
            let element = rows.map_or_else(Binding::unknown, |rows| self.element(&rows));
            if let [_, row] = children(left)[..] {
                self.bind_target(row, &element);
            }
        } else {
            let element = self.element(&self.infer(right));
            self.bind_target(left, &element);
        }
        for name in ["body", "alternative"] {
            if let Some(block) = field(node, name) {
                self.visit(block);
            }
        }
    }

    fn alias(&mut self, node: Node<'a>) {
        let parts = children(node);
        if let [value, target] = parts[..] {
            self.visit(value);
            let binding = self.infer(value);
            if let Some(name) = children(target).first() {
                self.bind_target(*name, &binding);
            }
        } else {
            self.visit_children(node);
        }
    }

    fn narrow(&mut self, condition: Node<'a>) {
        let condition = bare(condition);
        if condition.kind() == "call"
            && field(condition, "function").is_some_and(|name| self.text(name) == "isinstance")
        {
            let given = arguments(condition).positional;
            if let [value, class] = given[..]
                && value.kind() == "identifier"
                && let Type::Class(id) = self.infer(class).ty
            {
                self.scopes.bind(text_of(value, self.source), Binding::certain(Type::One(id), "through isinstance"));
            }
        }
    }
}
