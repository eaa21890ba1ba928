use super::*;
use crate::generate::Settings;
use crate::schema::Schema;

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
    ] {
        assert_eq!(written(switch), as_it_is, "{switch}");
    }
}
