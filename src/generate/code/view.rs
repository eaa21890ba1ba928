//! `ModelView`, `MasterDetailView` and `ChartView` classes.

use serde::Serialize;

use super::template::Templates;
use super::{Error, rule};
use crate::generate::entity::{
    Application, Attribute, AttributeKind, DefaultValue, Display, Entity, FormField, RelationKind,
};
use crate::generate::file::{FileKind, GeneratedFile};
use crate::generate::names;
use crate::generate::python::{Code, Imports};
use crate::schema::ReferentialAction;

#[derive(Serialize)]
struct ViewFile {
    imports: String,
    classes: Vec<Class>,
}

#[derive(Serialize)]
struct Class {
    name: String,
    base: &'static str,
    body: Vec<String>,
}

/// The pages of an entity.
pub(super) fn entity(
    application: &Application,
    entity: &Entity,
    templates: &Templates,
) -> Result<GeneratedFile, Error> {
    let mut imports = Imports::new();
    imports.from("..fabkit.views", "ModelView");
    imports.from("..fabkit.interface", "SQLAInterface");
    imports.from(&format!("..models.{}", entity.module), &entity.class_name);
    let mut body = vec![assign("datamodel", Code::call("SQLAInterface", vec![Code::plain(&*entity.class_name)]))];
    for (name, label) in [("list_title", &entity.plural_label), ("show_title", &entity.label)] {
        body.push(assign(name, Code::text(label.clone())));
    }
    for (name, verb) in [("add_title", "Add"), ("edit_title", "Edit")] {
        body.push(assign(name, Code::text(format!("{verb} {}", entity.label))));
    }
    body.extend(labels(entity));
    body.extend(refusals(entity));
    body.push(assign("list_columns", Code::texts(entity.list_columns())));
    body.extend(order(entity, entity.list_columns().into_iter().map(str::to_owned)));
    body.push(assign("show_columns", Code::texts(entity.show_columns())));
    let (add, edit) = (entity.add_columns(), entity.edit_columns());
    if add == edit {
        body.push(assign("add_columns = edit_columns", Code::texts(add)));
    } else {
        body.push(assign("add_columns", Code::texts(add)));
        body.push(assign("edit_columns", Code::texts(edit)));
    }
    if entity.search_columns().is_empty() {
        let all = entity.attributes.iter().map(|one| one.name.as_str());
        let all = all.chain(entity.relations.iter().map(|one| one.name.as_str()));
        body.push(assign("search_exclude_columns", Code::texts(all)));
    } else {
        body.push(assign("search_columns", Code::texts(entity.search_columns())));
    }
    fields(entity, &mut imports, &mut body);
    let validators = rule::validators(entity, &mut imports);
    if !validators.is_empty() {
        body.push(assign("validators_columns", Code::Dict(validators)));
    }
    let rules = rule::form_rules(entity, &mut imports);
    if !rules.is_empty() {
        body.push(assign("form_rules", Code::List(rules)));
    }
    let details = details(application, entity, |_| true);
    for (module, class) in &details {
        imports.from(&format!(".{module}"), class);
    }
    if !details.is_empty() {
        body.push(assign("related_views", classes(&details)));
    }
    let mut classes = vec![Class { name: entity.view_class.clone(), base: "ModelView", body }];
    classes.extend(master(application, entity, &mut imports));
    classes.extend(chart(entity, &mut imports));
    let text = templates.render("view.py", &ViewFile { imports: imports.render(0), classes })?;
    Ok(GeneratedFile {
        path: format!("{}/views/{}.py", application.package, entity.module),
        text,
        table: Some(entity.table.clone()),
        kind: FileKind::View,
    })
}

fn master(application: &Application, entity: &Entity, imports: &mut Imports) -> Option<Class> {
    let name = entity.master_view_class.clone()?;
    imports.from("..fabkit.views", "MasterDetailView");
    let shown = match &entity.display {
        Display::Attribute(name) => vec![name.as_str()],
        Display::Key => entity.key.attributes(),
    };
    let parts = details(application, entity, |action| action == ReferentialAction::Cascade);
    let body = vec![
        assign("datamodel", Code::call("SQLAInterface", vec![Code::plain(&*entity.class_name)])),
        assign("list_title", Code::text(entity.plural_label.clone())),
        assign("list_columns", Code::texts(shown)),
        search(entity),
        assign("related_views", classes(&parts)),
    ];
    Some(Class { name, base: "MasterDetailView", body })
}

fn chart(entity: &Entity, imports: &mut Imports) -> Option<Class> {
    let chart = entity.chart.as_ref()?;
    imports.from("..fabkit.charts", "ChartView");
    let mut body = vec![
        assign("datamodel", Code::call("SQLAInterface", vec![Code::plain(&*entity.class_name)])),
        assign("model_view", Code::plain(&*entity.view_class)),
        assign("chart_title", Code::text(entity.plural_label.clone())),
    ];
    if let Some(comment) = &entity.comment {
        body.push(assign("description", Code::text(comment.clone())));
    }
    for (name, columns) in
        [("group_columns", &chart.groups), ("sum_columns", &chart.sums), ("average_columns", &chart.averages)]
    {
        if !columns.is_empty() {
            body.push(assign(name, Code::texts(columns.iter().map(String::as_str))));
        }
    }
    Some(Class { name: chart.class_name.clone(), base: "ChartView", body })
}

/// The columns that rows can be ordered by, where those are not all that are listed.
pub(super) fn order(entity: &Entity, listed: impl Iterator<Item = String>) -> Option<String> {
    let is_ordered = |name: &String| entity.attribute(name).is_none_or(|attribute| attribute.kind.is_ordered());
    let (kept, odd): (Vec<String>, Vec<String>) = listed.partition(is_ordered);
    let kept = kept.iter().map(String::as_str).filter(|name| entity.relation(name).is_none());
    (!odd.is_empty()).then(|| assign("order_columns", Code::texts(kept)))
}

fn search(entity: &Entity) -> String {
    let names = entity.search_columns();
    let plain: Vec<&str> = names
        .into_iter()
        .filter(|name| entity.attribute(name).is_none_or(|one| one.outcome.field != FormField::Enum))
        .collect();
    if plain.is_empty() {
        let all = entity.attributes.iter().map(|one| one.name.as_str());
        let all = all.chain(entity.relations.iter().map(|one| one.name.as_str()));
        return assign("search_exclude_columns", Code::texts(all));
    }
    assign("search_columns", Code::texts(plain))
}

/// Modules and view classes of the details, each once.
fn details(
    application: &Application,
    entity: &Entity,
    wanted: impl Fn(ReferentialAction) -> bool,
) -> Vec<(String, String)> {
    let mut classes: Vec<(String, String)> = entity
        .details
        .iter()
        .filter_map(|name| entity.relation(name))
        .filter(|relation| relation.kind == RelationKind::OneToMany && wanted(relation.on_delete))
        .filter_map(|relation| application.entity(&relation.target))
        .map(|target| (target.module.clone(), target.view_class.clone()))
        .collect();
    classes.sort();
    classes.dedup();
    classes
}

fn classes(details: &[(String, String)]) -> Code {
    Code::List(details.iter().map(|(_, class)| Code::plain(class.clone())).collect())
}

fn assign(name: &str, code: Code) -> String {
    code.statement(4, &format!("{name} = "))
}

/// Labels that FAB would not come to by itself.
fn labels(entity: &Entity) -> Option<String> {
    let attributes = entity.attributes.iter().map(|one| (&one.name, &one.label));
    let relations = entity.relations.iter().map(|one| (&one.name, &one.label));
    let labels: Vec<(String, Code)> = attributes
        .chain(relations)
        .filter(|(name, label)| names::automatic_label(name) != **label)
        .map(|(name, label)| (name.clone(), Code::text(label.clone())))
        .collect();
    (!labels.is_empty()).then(|| assign("label_columns", Code::Dict(labels)))
}

/// Why a column is on no page, for columns whose type is the reason.
fn refusals(entity: &Entity) -> Vec<String> {
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.generated.is_none() && attribute.outcome.field == FormField::None)
        .filter(|attribute| is_unsupported(&attribute.kind))
        .filter_map(|attribute| Some((attribute, attribute.outcome.add.refusal()?)))
        .map(|(attribute, refusal)| format!("    # Not on the forms: {} ({refusal}).", attribute.name))
        .collect()
}

fn is_unsupported(kind: &AttributeKind) -> bool {
    matches!(kind, AttributeKind::Binary { .. })
}

/// The fields that FAB would get wrong, for the forms and for the search.
fn fields(entity: &Entity, imports: &mut Imports, body: &mut Vec<String>) {
    let on_form = |attribute: &&Attribute| attribute.outcome.add.is_included() || attribute.outcome.edit.is_included();
    let extra: Vec<(String, Code)> = entity
        .attributes
        .iter()
        .filter(on_form)
        .filter_map(|attribute| Some((attribute.name.clone(), field(entity, attribute, imports)?)))
        .collect();
    if !extra.is_empty() {
        body.push(assign("add_form_extra_fields = edit_form_extra_fields", Code::Dict(extra)));
    }
    let search: Vec<(String, Code)> = entity
        .attributes
        .iter()
        .filter(|attribute| attribute.outcome.search.is_included())
        .filter_map(|attribute| Some((attribute, attribute.enum_class()?)))
        .map(|(attribute, class)| {
            imports.from("..fabkit.fields", "enum_field");
            imports.from(&format!("..models.{}", entity.module), &class.name);
            let arguments = vec![
                Code::text(attribute.label.clone()),
                Code::plain(class.name.clone()),
                Code::keyword("nullable", Code::plain("True")),
            ];
            (attribute.name.clone(), Code::call("enum_field", arguments))
        })
        .collect();
    if !search.is_empty() {
        body.push(assign("search_form_extra_fields", Code::Dict(search)));
    }
}

fn field(entity: &Entity, attribute: &Attribute, imports: &mut Imports) -> Option<Code> {
    let function = match attribute.outcome.field {
        FormField::Automatic | FormField::BlankIsNull | FormField::None => return None,
        FormField::Boolean => "boolean_field",
        FormField::Decimal => "decimal_field",
        FormField::Enum => "enum_field",
        FormField::DateTime => "datetime_field",
        FormField::Json => "json_field",
        FormField::Time => "time_field",
        FormField::Uuid => "uuid_field",
        FormField::Interval => "interval_field",
        FormField::Bytes => "bytes_field",
        FormField::Integer => "integer_field",
        FormField::Words => "text_field",
    };
    imports.from("..fabkit.fields", function);
    let mut arguments = vec![Code::text(attribute.label.clone())];
    if let Some(class) = attribute.enum_class() {
        imports.from(&format!("..models.{}", entity.module), &class.name);
        arguments.push(Code::plain(class.name.clone()));
    }
    if let AttributeKind::Numeric { scale: Some(scale), .. } = attribute.kind {
        arguments.push(Code::keyword("places", Code::plain(scale.to_string())));
    }
    if let AttributeKind::DateTime { with_time_zone: true } = attribute.kind {
        arguments.push(Code::keyword("timezone", Code::plain("True")));
    }
    if attribute.nullable {
        arguments.push(Code::keyword("nullable", Code::plain("True")));
    }
    if let Some(default) = attribute.default.as_ref().and_then(|default| default_code(attribute, default, imports)) {
        arguments.push(Code::keyword("default", default));
    }
    if matches!(attribute.outcome.field, FormField::Decimal | FormField::Integer) {
        let validators = rule::of_attribute(entity, attribute, imports);
        if !validators.is_empty() {
            arguments.push(Code::keyword("validators", Code::List(validators)));
        }
    }
    Some(Code::call(function, arguments))
}

fn default_code(attribute: &Attribute, default: &DefaultValue, imports: &mut Imports) -> Option<Code> {
    Some(match default {
        DefaultValue::Boolean(true) => Code::plain("True"),
        DefaultValue::Boolean(false) => return None,
        DefaultValue::Decimal(number) => {
            imports.from("decimal", "Decimal");
            Code::call("Decimal", vec![Code::text(number.clone())])
        }
        DefaultValue::Member(member) => Code::plain(format!("{}.{member}", attribute.enum_class()?.name)),
        DefaultValue::Json(text) if text == "{}" => Code::plain("dict"),
        DefaultValue::Json(text) if text == "[]" => Code::plain("list"),
        DefaultValue::Integer(number) => Code::plain(number.clone()),
        DefaultValue::Json(_) | DefaultValue::Text(_) => return None,
    })
}
