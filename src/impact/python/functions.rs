//! Functions: what their parameters stand for, and what they return.

use tree_sitter::Node;

use super::models::Learner;
use super::scope::{Binding, Type};
use super::syntax::{bare, children, field, last_name};
use super::walk::Walker;

impl<'a> Walker<'a> {
    pub(super) fn function(&mut self, node: Node<'a>) {
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
        let learner = self.learner_of(node, method);
        let outer_learner = std::mem::replace(&mut self.learner, learner);
        if let Some(body) = field(node, "body") {
            for class in children(body) {
                if class.kind() == "class_definition" {
                    self.bind_class(class);
                }
            }
            self.visit(body);
        }
        self.learner = outer_learner;
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
            Some(model) if HOOKS.contains(&function) || matches!(name, "item" | "obj") => {
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

    /// Remembers what a function returns, when every `return` agrees.
    pub(super) fn learn(&mut self, node: Node<'a>) {
        let Some(learner) = self.learner.clone() else { return };
        let Some(value) = children(node).first().copied().filter(|value| bare(*value).kind() != "none") else { return };
        let returned = self.infer(value);
        let returned = match (node.kind(), &returned.ty) {
            ("yield", Type::One(id)) => Some(returned.with(Type::Rows(*id, None))),
            (_, Type::Unknown | Type::Other | Type::Module(_) | Type::Function(_)) | ("yield", _) => None,
            _ => Some(returned),
        };
        self.lessons
            .entry(learner)
            .and_modify(|known| {
                let agrees = matches!((&known, &returned), (Some(known), Some(now)) if known.ty == now.ty);
                if !agrees {
                    *known = None;
                }
            })
            .or_insert(returned);
    }

    /// Who would be seen to return something in the body of a function without an annotation.
    fn learner_of(&self, function: Node<'a>, method: bool) -> Option<Learner> {
        if field(function, "return_type").is_some() {
            return None;
        }
        let name = self.text(field(function, "name")?);
        match (method, self.within) {
            (true, Some(within)) => Some(Learner::Method(within.class, name.to_owned())),
            (true, None) => None,
            (false, _) => self.models.function(&self.module, name).map(Learner::Function),
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
