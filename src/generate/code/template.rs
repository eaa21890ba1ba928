//! The templates, embedded.

use serde::Serialize;
use tera::{Context, Tera};

use super::Error;
use crate::generate::entity::FabVersion;

/// The part of the runtime layer that is the same for every application.
pub(super) const FABKIT: &[(&str, &str)] = &[
    ("__init__.py", include_str!("../../../templates/python/fabkit/__init__.py")),
    ("api.py", include_str!("../../../templates/python/fabkit/api.py")),
    ("fields.py", include_str!("../../../templates/python/fabkit/fields.py")),
    ("interface.py", include_str!("../../../templates/python/fabkit/interface.py")),
    ("messages.py", include_str!("../../../templates/python/fabkit/messages.py")),
    ("rules.py", include_str!("../../../templates/python/fabkit/rules.py")),
    ("views.py", include_str!("../../../templates/python/fabkit/views.py")),
];

/// How rows are written, which the versions of Flask-AppBuilder have different words for.
pub(super) fn writes(fab: FabVersion) -> (&'static str, &'static str) {
    let text = match fab {
        FabVersion::V4 => include_str!("../../../templates/python/fabkit/writes_4.py"),
        FabVersion::V5 => include_str!("../../../templates/python/fabkit/writes_5.py"),
    };
    ("writes.py", text)
}

/// The part of it that draws charts, where there are any.
pub(super) const CHARTS: &[(&str, &str)] = &[
    ("charts.py", include_str!("../../../templates/python/fabkit/charts.py")),
    ("templates/fabkit/chart.html", include_str!("../../../templates/python/fabkit/templates/fabkit/chart.html")),
];

/// The part of it that models stand on, where they have such a type.
pub(super) const TYPES: (&str, &str) = ("types.py", include_str!("../../../templates/python/fabkit/types.py"));

/// Types that models may stand on where SQLAlchemy is 1.4.
pub(super) const BACKPORTS: (&str, &str) =
    ("backports.py", include_str!("../../../templates/python/fabkit/backports.py"));

const TEMPLATES: &[(&str, &str)] = &[
    ("model.py", include_str!("../../../templates/python/model.py.tera")),
    ("association.py", include_str!("../../../templates/python/association.py.tera")),
    ("view.py", include_str!("../../../templates/python/view.py.tera")),
    ("api.py", include_str!("../../../templates/python/api.py.tera")),
    ("models_init.py", include_str!("../../../templates/python/models_init.py.tera")),
    ("register.py", include_str!("../../../templates/python/register.py.tera")),
];

/// All templates, parsed.
pub(super) struct Templates {
    tera: Tera,
}

impl Templates {
    /// Parses the embedded templates.
    pub(super) fn load() -> Result<Self, Error> {
        let mut tera = Tera::default();
        tera.add_raw_templates(TEMPLATES.iter().copied())
            .map_err(|source| Error::Template { template: "python", source })?;
        tera.autoescape_on(Vec::<&'static str>::new());
        Ok(Self { tera })
    }

    /// Renders one template with its value.
    pub(super) fn render<V: Serialize>(&self, template: &'static str, value: &V) -> Result<String, Error> {
        let wrap = |source| Error::Template { template, source };
        let context = Context::from_serialize(value).map_err(wrap)?;
        self.tera.render(template, &context).map_err(wrap)
    }
}
