//! The walk over one file: what names stand for, statement by statement, and which places are uses.

use std::collections::HashMap;

use tree_sitter::Node;

use super::models::Models;
use super::scope::{Binding, Scopes, Type};
use super::syntax::{arguments, bare, children, field, is_docstring, last_name, text_of};
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
    deferred: Vec<(Node<'a>, Option<Within>)>,
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
                "decorated_definition" => {
                    if let Some(class) =
                        field(statement, "definition").filter(|inner| inner.kind() == "class_definition")
                    {
                        self.bind_class(class);
                    }
                }
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

    fn bind_class(&mut self, node: Node<'a>) {
        if let (Some(name), Some(id)) = (field(node, "name"), self.models.defined_at(self.file, node.start_byte())) {
            self.scopes.bind(self.text(name), Binding::certain(Type::Class(id), "by its class"));
        }
    }

    fn run_deferred(&mut self) {
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
            "type" => self.annotation_use(node),
            _ => self.visit_children(node),
        }
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

    fn function(&mut self, node: Node<'a>) {
        self.scopes.push();
        let outer = std::mem::take(&mut self.deferred);
        let decorators = node.parent().filter(|parent| parent.kind() == "decorated_definition");
        let decorated = |name: &str| {
            decorators.is_some_and(|parent| {
                children(parent).iter().any(|child| {
                    child.kind() == "decorator"
                        && children(*child).first().and_then(|inner| last_name(*inner, self.source)) == Some(name)
                })
            })
        };
        let (is_static, is_class) = (decorated("staticmethod"), decorated("classmethod") || decorated("expression"));
        let method = node.parent().is_some_and(|parent| {
            let parent = if parent.kind() == "decorated_definition" { parent.parent() } else { Some(parent) };
            parent.and_then(|block| block.parent()).is_some_and(|owner| owner.kind() == "class_definition")
        });
        let name = field(node, "name").map_or("", |name| self.text(name));
        for (index, parameter) in field(node, "parameters").map(children).unwrap_or_default().into_iter().enumerate() {
            let own = method && index == 0 && !is_static;
            self.parameter(parameter, own, is_class, name);
        }
        if let Some(returns) = field(node, "return_type") {
            self.visit(returns);
        }
        if let Some(body) = field(node, "body") {
            for class in children(body) {
                if class.kind() == "class_definition" {
                    self.bind_class(class);
                }
            }
            self.visit(body);
        }
        self.run_deferred();
        self.deferred = outer;
        self.scopes.pop();
    }

    fn parameter(&mut self, node: Node<'a>, own: bool, is_class: bool, function: &str) {
        let name = field(node, "name").or_else(|| match node.kind() {
            "identifier" => Some(node),
            "typed_parameter" => children(node).first().copied(),
            _ => None,
        });
        let Some(name) = name else { return };
        let name = self.text(name);
        let annotation = field(node, "type");
        let binding = match (self.within, annotation) {
            (Some(within), None) if own => {
                let ty = if is_class || name == "cls" { Type::Class(within.class) } else { Type::One(within.class) };
                Binding::certain(ty, format!("in its own class {}", self.models.name(within.class)))
            }
            (_, Some(annotation)) => self.annotated(self.text(annotation), "through the parameter annotation"),
            (Some(within), None) => self.hook_parameter(within.class, function, name),
            (None, None) => Binding::unknown(),
        };
        self.scopes.bind(name, binding);
        for child in [annotation, field(node, "value")].into_iter().flatten() {
            self.visit(child);
        }
    }

    /// What Flask-AppBuilder passes to the hooks of a view.
    fn hook_parameter(&self, class: usize, function: &str, name: &str) -> Binding {
        const HOOKS: [&str; 6] = ["pre_add", "post_add", "pre_update", "post_update", "pre_delete", "post_delete"];
        match self.models.subject(class) {
            Some(model) if HOOKS.contains(&function) || name == "item" => {
                Binding::certain(Type::One(model), format!("through the hook {function} of its view"))
            }
            Some(model) if name == "items" => {
                Binding::certain(Type::Rows(model, None), format!("through the action {function} of its view"))
            }
            Some(model) if name == "form" => {
                Binding::likely(Type::One(model), format!("through the form of its view in {function}"))
            }
            _ => Binding::unknown(),
        }
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
                let element = self.element(binding);
                for (index, part) in children(target).into_iter().enumerate() {
                    let part_binding = if index == 0 { element.clone() } else { Binding::unknown() };
                    self.bind_target(part, &part_binding);
                }
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

    /// Visits a lambda whose parameters stand for `element` where the call around it tells.
    pub(super) fn lambda(&mut self, node: Node<'a>, element: Option<&Binding>) {
        self.scopes.push();
        for parameter in field(node, "parameters").map(children).unwrap_or_default() {
            if parameter.kind() == "identifier" {
                self.scopes.bind(self.text(parameter), element.cloned().unwrap_or_else(Binding::unknown));
            }
        }
        if let Some(body) = field(node, "body") {
            self.visit(body);
        }
        self.scopes.pop();
    }
}
