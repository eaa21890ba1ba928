use std::path::Path;

use super::{Config, Error, Gate, MigrationKind, hazards};

/// The name of the configuration file at the root of a repository.
pub const FILE_NAME: &str = ".fabwright.yml";

/// Reads the configuration of a repository.
///
/// `explicit` is a file that the user named, which must exist; without it a missing file means the defaults.
///
/// # Errors
/// When the file cannot be read, or says something that [`parse`] refuses.
pub fn load(root: &Path, explicit: Option<&Path>) -> Result<Config, Error> {
    let path = explicit.map_or_else(|| root.join(FILE_NAME), |given| root.join(given));
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text, explicit.unwrap_or(Path::new(FILE_NAME))),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => match explicit {
            Some(given) => Err(Error::Missing { path: given.to_owned() }),
            None => Ok(Config::default()),
        },
        Err(source) => Err(Error::Unreadable { path, source }),
    }
}

/// Parses and validates the text of a configuration; `path` is for messages.
///
/// # Errors
/// When the text is not YAML, has an unknown key, or a value that makes no sense.
pub fn parse(text: &str, path: &Path) -> Result<Config, Error> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Config::default());
    }
    let mut config: Config = serde_yaml::from_str(text).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        Error::Invalid { path: path.to_owned(), line, column, message }
    })?;
    hazards::place(&mut config, text);
    validate(&config, path)?;
    Ok(config)
}

fn validate(config: &Config, path: &Path) -> Result<(), Error> {
    let wrong = |key, message: String| Err(Error::Value { path: path.to_owned(), key, message });
    if !is_module(&config.application.package) {
        return wrong("application.package", format!("`{}` is not a Python package name", config.application.package));
    }
    let leaves = |inner: &Path| {
        inner.is_absolute() || inner.components().any(|part| matches!(part, std::path::Component::ParentDir))
    };
    if leaves(&config.application.path) {
        return wrong("application.path", "has to be a folder inside the repository".into());
    }
    if config.migrations.directory.as_deref().is_some_and(leaves) {
        return wrong("migrations.directory", "has to be a folder inside the application's folder".into());
    }
    if config.migrations.kind == Some(MigrationKind::Command) && config.migrations.command.is_empty() {
        return wrong("migrations.command", "is needed when `migrations.kind` is `command`".into());
    }
    if config.migrations.timeout_seconds == 0 {
        return wrong("migrations.timeout_seconds", "has to be at least 1".into());
    }
    if let Err(message) = validate_gate(&config.gate) {
        return wrong("gate", message);
    }
    hazards::validate(config, path)?;
    if let Err(message) = config.tests.validate() {
        return wrong("tests", message.to_string());
    }
    Ok(())
}

/// Checks what would otherwise open the gate by a slip, or close it for good.
fn validate_gate(gate: &Gate) -> Result<(), String> {
    if gate.required == 0 && gate.require_approval.is_some() {
        return Err("`required` has to be at least 1; to ask for no approval set `require_approval: null`".into());
    }
    let named = gate.approvers.iter().map(|name| (String::from("approvers"), name));
    let in_rules = gate.rules.iter().enumerate().flat_map(|(at, rule)| {
        rule.approvers.iter().flatten().map(move |name| (format!("rules[{at}].approvers"), name))
    });
    for (key, name) in named.chain(in_rules) {
        if !is_approver(name) {
            return Err(format!("`{key}`: `{name}` is no approver: write \"@user\" or \"@organisation/team\""));
        }
    }
    for (at, rule) in gate.rules.iter().enumerate() {
        if rule.required == Some(0) {
            return Err(format!("`rules[{at}].required` has to be at least 1"));
        }
        if rule.severity.or(gate.require_approval).is_none() {
            return Err(format!("`rules[{at}]` needs a `severity`, because `require_approval` names none"));
        }
        if rule.tables.iter().any(String::is_empty) {
            return Err(format!("`rules[{at}].tables` has an empty name"));
        }
    }
    Ok(())
}

/// Whether a name is one that a user or a team can have, with or without its `@`.
fn is_approver(name: &str) -> bool {
    let name = name.strip_prefix('@').unwrap_or(name);
    let mut parts = name.split('/');
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    };
    parts.by_ref().take(2).all(is_part) && parts.next().is_none()
}

fn is_module(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(text, Path::new(FILE_NAME)).expect_err("refused").to_string()
    }

    #[test]
    fn an_empty_file_means_the_defaults() {
        assert_eq!(parse("# nothing\n\n", Path::new(FILE_NAME)).expect("valid"), Config::default());
    }

    #[test]
    fn an_unknown_key_names_its_line() {
        let message = error("application:\n  package: shop\ngate:\n  require_aproval: high\n");
        assert!(message.starts_with(".fabwright.yml:4:3: "), "{message}");
        assert!(message.contains("require_aproval"), "{message}");
        assert!(message.contains("require_approval"), "{message}");
    }

    #[test]
    fn a_wrong_type_names_its_line() {
        let message = error("migrations:\n  timeout_seconds: soon\n");
        assert!(message.starts_with(".fabwright.yml:2:"), "{message}");
    }

    #[test]
    fn a_path_outside_the_repository_is_refused() {
        assert!(error("application:\n  path: ../other\n").contains("inside the repository"));
        assert!(error("migrations:\n  directory: /etc\n").contains("inside the application"));
    }

    #[test]
    fn a_command_kind_needs_a_command() {
        assert!(error("migrations:\n  kind: command\n").contains("`migrations.command`"));
    }

    #[test]
    fn the_gates_rules_are_read_and_what_they_leave_out_is_inherited() {
        let config = parse(
            "gate:\n  approvers: ['@acme/data']\n  required: 2\n  rules:\n    - {severity: high, tables: [customer, 'billing_*'], \
             approvers: ['@ann'], codeowners: true, required: 1}\n    - {tables: [invoice]}\n",
            Path::new(FILE_NAME),
        )
        .expect("valid");
        let policy = config.gate.policy(Default::default());
        assert_eq!(policy.rules[0].tables, ["customer", "billing_*"]);
        assert_eq!((policy.rules[0].required, policy.rules[0].codeowners), (1, true));
        assert_eq!(policy.rules[1].approvers, ["@acme/data"]);
        assert_eq!((policy.rules[1].required, policy.rules[1].codeowners), (2, false));
        assert_eq!(Some(policy.rules[1].severity), policy.threshold);
    }

    #[test]
    fn a_rule_of_the_gate_that_makes_no_sense_is_refused() {
        for (text, expected) in [
            ("gate:\n  rules:\n    - {table: customer}\n", ".fabwright.yml:3:"),
            ("gate:\n  rules:\n    - {severity: grave}\n", ".fabwright.yml:3:"),
            ("gate: {required: 0}", "`required` has to be at least 1"),
            ("gate: {rules: [{required: 0}]}", "`rules[0].required` has to be at least 1"),
            ("gate: {require_approval: null, rules: [{}]}", "`rules[0]` needs a `severity`"),
            ("gate: {rules: [{tables: ['']}]}", "`rules[0].tables` has an empty name"),
            ("gate: {approvers: ['@a/b/c']}", "`approvers`: `@a/b/c` is no approver"),
            ("gate: {rules: [{approvers: ['@a b']}]}", "`rules[0].approvers`: `@a b` is no approver"),
        ] {
            let message = error(text);
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn every_part_can_be_set() {
        let config = parse(
            "application: {path: web, factory: 'shop:app', package: shop.web}\n\
             migrations: {kind: sql, directory: db}\n\
             rehearsal: {rows_per_table: 5, seed: 9}\n\
             generate: {apis: false, strategies: {app/views/: keep_mine}}\n\
             tests: {generate_e2e_tests: false}\n\
             gate: {require_approval: null}\n\
             hazards: {ignore: [{rule: drop-column, reason: known, until: 2030-01-01}]}\n\
             renames: [{table: customer, from: mail, to: email}]\n",
            Path::new(FILE_NAME),
        )
        .expect("valid");
        assert_eq!(config.application.package, "shop.web");
        assert_eq!(config.gate.require_approval, None);
        assert_eq!(config.generate.strategies.len(), 1);
        assert_eq!(config.hazards.ignore[0].until, Some(jiff::civil::date(2030, 1, 1)));
        assert!(!config.tests.generate_e2e_tests);
    }
}
