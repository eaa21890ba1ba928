//! Fills in the templates of test files.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera};

use super::facts::Facts;
use super::{Error, file, layout};
use crate::generate::python::string;
use crate::generate::{FileKind, GeneratedFile};
use crate::schema::ObjectName;

/// Every template, by the name that the modules of this room use.
const TEMPLATES: &[(&str, &str)] = &[
    ("conftest.py", include_str!("../../../templates/tests/conftest.py.tera")),
    ("databases.py", include_str!("../../../templates/tests/databases.py.tera")),
    ("application.py", include_str!("../../../templates/tests/application.py.tera")),
    ("support.py", include_str!("../../../templates/tests/support.py.tera")),
    ("factories.py", include_str!("../../../templates/tests/factories.py.tera")),
    ("pages.py", include_str!("../../../templates/tests/pages.py.tera")),
    ("schema.py", include_str!("../../../templates/tests/schema.py.tera")),
    ("unit.py", include_str!("../../../templates/tests/unit.py.tera")),
    ("views.py", include_str!("../../../templates/tests/views.py.tera")),
    ("api.py", include_str!("../../../templates/tests/api.py.tera")),
    ("chart.py", include_str!("../../../templates/tests/chart.py.tera")),
    ("database.py", include_str!("../../../templates/tests/database.py.tera")),
    ("fabkit.py", include_str!("../../../templates/tests/fabkit.py.tera")),
    ("site.py", include_str!("../../../templates/tests/site.py.tera")),
    ("budgets.py", include_str!("../../../templates/tests/budgets.py.tera")),
    ("load.py", include_str!("../../../templates/tests/load.py.tera")),
    ("locustfile.py", include_str!("../../../templates/tests/locustfile.py.tera")),
    ("performance_requirements.txt", include_str!("../../../templates/tests/performance_requirements.txt.tera")),
    ("access.py", include_str!("../../../templates/tests/access.py.tera")),
    ("input.py", include_str!("../../../templates/tests/input.py.tera")),
    ("web.py", include_str!("../../../templates/tests/web.py.tera")),
    ("failures.py", include_str!("../../../templates/tests/failures.py.tera")),
    ("browser.py", include_str!("../../../templates/tests/browser.py.tera")),
    ("e2e.py", include_str!("../../../templates/tests/e2e.py.tera")),
    ("login.py", include_str!("../../../templates/tests/login.py.tera")),
    ("axe.py", include_str!("../../../templates/tests/axe.py.tera")),
    ("axe_baseline.json", include_str!("../../../templates/tests/axe_baseline.json")),
    ("requirements.txt", include_str!("../../../templates/tests/requirements.txt")),
];

/// Where a name that a test uses comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    section: Section,
    module: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Standard,
    ThirdParty,
    Own,
}

/// The template engine, and what generated files may import.
pub(super) struct Renderer {
    tera: Tera,
    modules: BTreeMap<String, Source>,
    names: BTreeMap<String, Source>,
    /// Why the tests of a table are skipped, by table.
    skipped: BTreeMap<ObjectName, String>,
}

impl Renderer {
    /// An engine for the tests of one application.
    pub(super) fn new(facts: &Facts<'_>) -> Result<Self, Error> {
        let application = facts.application;
        let mut tera = Tera::default();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("py", |text: &str, _: Kwargs, _: &State| string(text));
        tera.register_filter("prose", |text: &str, _: Kwargs, _: &State| layout::prose(text));
        tera.register_filter("ident", |text: &str, _: Kwargs, _: &State| crate::generate::names::attribute(text));
        let sources = TEMPLATES.iter().map(|(name, text)| (*name, without_tag_lines(text)));
        tera.add_raw_templates(sources).map_err(|source| template_error("templates", source))?;
        let mut modules = BTreeMap::new();
        for (section, name) in [
            (Section::Standard, "base64"),
            (Section::Standard, "datetime"),
            (Section::Standard, "itertools"),
            (Section::Standard, "json"),
            (Section::Standard, "os"),
            (Section::Standard, "re"),
            (Section::Standard, "uuid"),
            (Section::ThirdParty, "pytest"),
        ] {
            modules.insert(name.to_owned(), Source { section, module: name.to_owned() });
        }
        modules.insert("sa".to_owned(), Source { section: Section::ThirdParty, module: "sqlalchemy".to_owned() });
        let mut names = BTreeMap::new();
        let mut name = |section, module: &str, name: &str| {
            names.insert(name.to_owned(), Source { section, module: module.to_owned() });
        };
        name(Section::Standard, "collections", "Counter");
        name(Section::Standard, "decimal", "Decimal");
        name(Section::Standard, "urllib.parse", "urlsplit");
        name(Section::Standard, "pathlib", "Path");
        name(Section::ThirdParty, "flask_appbuilder.models.sqla.filters", "FilterEqual");
        name(Section::Own, "tests", "factories");
        name(Section::Own, "tests.browser", "log_in");
        for (template, module) in
            [("support.py", "tests.support"), ("pages.py", "tests.pages"), ("schema.py", "tests.schema")]
        {
            for exported in exported_names(template) {
                name(Section::Own, module, &exported);
            }
        }
        let models = format!("{}.models", application.package);
        for entity in &application.entities {
            name(Section::Own, &models, &entity.class_name);
            for attribute in &entity.attributes {
                if let Some(class) = attribute.enum_class() {
                    name(Section::Own, &models, &class.name);
                }
            }
        }
        name(Section::Own, &application.package, "models");
        let skipped = application
            .entities
            .iter()
            .filter_map(|entity| Some((entity.table.clone(), facts.refusal(&entity.table)?.to_owned())))
            .collect();
        Ok(Self { tera, modules, names, skipped })
    }

    /// A test file, with its imports.
    pub(super) fn test(
        &self,
        path: &str,
        table: Option<&ObjectName>,
        template: &str,
        context: &impl Serialize,
    ) -> Result<GeneratedFile, Error> {
        let mut text = self.fill(path, template, context)?;
        if let Some(reason) = table.and_then(|table| self.skipped.get(table)) {
            let mark = format!("# imports\n\npytestmark = pytest.mark.skip(reason={})\n", string(reason));
            text = text.replacen("# imports\n", &mark, 1);
        }
        Ok(file(path, layout::lay_out(&self.with_imports(&text)), table, FileKind::Test))
    }

    /// A file that only tests use, whose template brings its imports unless it has the mark for them.
    pub(super) fn support(&self, path: &str, template: &str, context: &impl Serialize) -> Result<GeneratedFile, Error> {
        let text = self.with_imports(&self.fill(path, template, context)?);
        let python = std::path::Path::new(path).extension().is_some_and(|extension| extension == "py");
        let text = if python { layout::lay_out(&text) } else { text };
        Ok(file(path, text, None, FileKind::TestSupport))
    }

    fn fill(&self, path: &str, template: &str, context: &impl Serialize) -> Result<String, Error> {
        let context = Context::from_serialize(context).map_err(|source| template_error(path, source))?;
        self.tera.render(template, &context).map_err(|source| template_error(path, source))
    }

    /// Puts the imports that the text uses in the place of the `# imports` mark.
    fn with_imports(&self, text: &str) -> String {
        let Some((head, body)) = text.split_once("# imports\n") else { return text.to_owned() };
        let mut plain: BTreeMap<Section, Vec<String>> = BTreeMap::new();
        let mut from: BTreeMap<&Source, Vec<String>> = BTreeMap::new();
        for word in layout::identifiers(body) {
            if let Some(source) = self.modules.get(&word) {
                let alias = if source.module == word { String::new() } else { format!(" as {word}") };
                plain.entry(source.section).or_default().push(format!("import {}{alias}", source.module));
            } else if let Some(source) = self.names.get(&word) {
                from.entry(source).or_default().push(word);
            }
        }
        let mut sections = Vec::new();
        for section in [Section::Standard, Section::ThirdParty, Section::Own] {
            let mut lines = plain.remove(&section).unwrap_or_default();
            for (source, names) in from.iter_mut().filter(|(source, _)| source.section == section) {
                names.sort_by_key(|name| (name_class(name), name.clone()));
                lines.push(format!("from {} import {}", source.module, names.join(", ")));
            }
            if !lines.is_empty() {
                sections.push(lines.join("\n"));
            }
        }
        format!("{head}{}\n\n{}", sections.join("\n\n"), body.trim_start_matches('\n'))
    }
}

/// The order in which linters sort imported names: constants, classes, the rest.
fn name_class(name: &str) -> u8 {
    let upper = name.chars().any(char::is_alphabetic) && name.chars().all(|c| !c.is_lowercase());
    match name.chars().next() {
        _ if upper && name.len() > 1 => 0,
        Some(first) if first.is_uppercase() => 1,
        _ => 2,
    }
}

/// The public functions, classes and constants of a module that tests share.
fn exported_names(template: &str) -> Vec<String> {
    let support = TEMPLATES.iter().find(|(name, _)| *name == template).map_or("", |(_, text)| *text);
    let name = |rest: &str| rest.split(['(', ':', ' ']).next().unwrap_or_default().to_owned();
    support
        .lines()
        .filter_map(|line| {
            line.strip_prefix("def ").or_else(|| line.strip_prefix("class ")).map(name).or_else(|| {
                let (left, _) = line.split_once(" = ")?;
                left.chars().all(|c| c.is_ascii_uppercase() || c == '_').then(|| left.to_owned())
            })
        })
        .filter(|name| !name.starts_with('_'))
        .collect()
}

/// Lets a line that holds nothing but one template tag leave no trace in the output.
fn without_tag_lines(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    for line in template.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("{%") && trimmed.ends_with("%}") && trimmed.matches("{%").count() == 1 {
            out.push_str(trimmed);
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn template_error(path: &str, source: tera::Error) -> Error {
    Error::Template { path: path.to_owned(), source: Box::new(source) }
}
