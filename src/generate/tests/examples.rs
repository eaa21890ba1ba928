use super::*;
use crate::generate::Settings;
use crate::schema::{Column, DataType, Dialect, Schema, Table, TypeKind};

/// Every kind of constraint and most kinds of columns.
const SCHEMA: &str = include_str!("../../../tests/integration/generated/schema.json");

fn application() -> Application {
    let schema: Schema = serde_json::from_str(SCHEMA).unwrap();
    Application::from_schema(&schema, &Settings::default())
}

fn text(path: &str) -> String {
    let files = files(&application(), &TestGenerationConfig::default()).unwrap();
    files.into_iter().find(|file| file.path == path).map(|file| file.text).unwrap_or_default()
}

#[test]
fn factories_make_parents_and_keep_every_rule() {
    insta::assert_snapshot!(text("tests/factories.py"));
}

#[test]
fn unit_tests_hold_every_constraint_of_a_table() {
    insta::assert_snapshot!(text("tests/unit/test_book.py"));
}

#[test]
fn view_tests_read_as_tests_of_their_table() {
    insta::assert_snapshot!(text("tests/integration/test_book_views.py"));
}

#[test]
fn api_tests_spell_out_the_contract() {
    insta::assert_snapshot!(text("tests/integration/test_book_api.py"));
}

#[test]
fn security_tests_cover_each_text_column() {
    insta::assert_snapshot!(text("tests/security/test_book_input.py"));
}

#[test]
fn browser_tests_enter_what_people_enter() {
    insta::assert_snapshot!(text("tests/e2e/test_book_pages.py"));
}

#[test]
fn the_same_application_gives_the_same_bytes() {
    let config = TestGenerationConfig::default();
    assert_eq!(files(&application(), &config).unwrap(), files(&application(), &config).unwrap());
}

#[test]
fn switched_off_kinds_are_not_written() {
    let config = TestGenerationConfig {
        generate_unit_tests: false,
        generate_integration_tests: false,
        generate_security_tests: false,
        generate_e2e_tests: false,
        generate_performance_tests: false,
        generate_accessibility_tests: false,
        ..TestGenerationConfig::default()
    };
    let paths: Vec<String> = files(&application(), &config).unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(
        paths,
        [
            "tests/__init__.py",
            "tests/application.py",
            "tests/conftest.py",
            "tests/databases.py",
            "tests/factories.py",
            "tests/pages.py",
            "tests/requirements.txt",
            "tests/schema.py",
            "tests/support.py",
        ]
    );
}

#[test]
fn an_impossible_switch_stops_the_generation() {
    let config = TestGenerationConfig { chaos_engineering_tests: true, ..TestGenerationConfig::default() };
    assert!(files(&application(), &config).is_err());
}

#[test]
fn rows_that_nobody_can_make_are_skipped_with_the_reason() {
    let mut schema: Schema = serde_json::from_str(SCHEMA).unwrap();
    schema.dialect = Dialect::Postgres;
    let mut tables: Vec<Table> = schema.tables.iter().cloned().collect();
    let book = tables.iter_mut().find(|table| table.name.name == "book").unwrap();
    let shape = DataType { sql: "cube".to_owned(), kind: TypeKind::Other };
    book.columns.push(Column { nullable: false, ..Column::new("shape".to_owned(), shape) });
    schema.tables = tables.into();
    let application = Application::from_schema(&schema, &Settings::default());
    let files = files(&application, &TestGenerationConfig::default()).unwrap();
    let text = |path: &str| &files.iter().find(|file| file.path == path).unwrap().text;
    let reason = "\"book.shape is a cube, of which no value is known\"";
    let factories = text("tests/factories.py");
    assert_eq!(factories.matches(&format!("    pytest.skip({reason})\n")).count(), 2, "{factories}");
    let skipped: Vec<&str> = files
        .iter()
        .filter(|file| file.text.contains(&format!("\npytestmark = pytest.mark.skip(reason={reason})\n")))
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(
        skipped,
        [
            "tests/e2e/test_book_pages.py",
            "tests/e2e/test_chapter_pages.py",
            "tests/integration/test_book_api.py",
            "tests/integration/test_book_chart.py",
            "tests/integration/test_book_views.py",
            "tests/integration/test_chapter_api.py",
            "tests/integration/test_chapter_chart.py",
            "tests/integration/test_chapter_views.py",
            "tests/security/test_book_input.py",
            "tests/security/test_chapter_input.py",
            "tests/unit/test_book.py",
            "tests/unit/test_chapter.py",
        ]
    );
    for path in ["tests/security/test_access.py", "tests/performance/site.py", "tests/accessibility/test_pages.py"] {
        assert!(!text(path).contains("new_book") && !text(path).contains("\"book\":"), "{path} needs a book");
    }
    assert!(text("tests/security/test_access.py").contains("new_author"));
}

#[test]
fn every_switch_of_the_generation_changes_what_is_written_and_no_other_does() {
    let written = |switch: &str| {
        let config: TestGenerationConfig = serde_yaml::from_str(switch).unwrap();
        files(&application(), &config).unwrap()
    };
    let as_it_is = written("{}");
    for switch in [
        "generate_unit_tests: false",
        "generate_integration_tests: false",
        "generate_e2e_tests: false",
        "generate_performance_tests: false",
        "generate_security_tests: false",
        "generate_accessibility_tests: false",
        "include_edge_cases: false",
        "include_error_scenarios: false",
        "include_boundary_tests: false",
        "realistic_test_data: false",
        "test_data_variety: low",
        "test_data_variety: medium",
        "include_performance_datasets: false",
    ] {
        assert_ne!(written(switch), as_it_is, "{switch}");
    }
    for switch in [
        "target_coverage_percentage: 50",
        "parallel_execution: false",
        "max_test_workers: 1",
        "test_timeout_seconds: 10",
        "retry_failed_tests: false",
        "generate_html_reports: false",
        "generate_junit_xml: false",
        "generate_coverage_reports: false",
        "generate_performance_reports: false",
        "ci_cd_integration: false",
        "webhook_notifications: false",
        "slack_integration: true",
    ] {
        assert_eq!(written(switch), as_it_is, "{switch}");
    }
}
