//! What the generated suite holds: every switch of a test generation, under the names that configurations use.

use serde::{Deserialize, Serialize};

use super::Error;

/// How varied the rows of the factories are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestDataVariety {
    /// Plain values that differ only where they must.
    Low,
    /// Optional columns are filled too.
    Medium,
    /// And text holds letters beyond ASCII.
    #[default]
    High,
}

/// The switches of a test generation. An unknown key is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in a configuration file")]
pub struct TestGenerationConfig {
    /// `tests/unit`: models and every constraint of the database.
    pub generate_unit_tests: bool,
    /// `tests/integration`: pages, REST APIs, and the migrated database against the models.
    pub generate_integration_tests: bool,
    /// `tests/e2e`: a real browser against a real server.
    pub generate_e2e_tests: bool,
    /// `tests/performance`: budgets of statements and bytes on large tables, and load with Locust.
    pub generate_performance_tests: bool,
    /// `tests/security`: who may do what, and hostile input.
    pub generate_security_tests: bool,
    /// `tests/accessibility`: axe on each kind of page.
    pub generate_accessibility_tests: bool,

    /// Line coverage in percent that the runner asks of models, views and APIs; 0 to 100.
    pub target_coverage_percentage: u8,
    /// Longest, non-ASCII and empty text, the last decimal place, leap days.
    pub include_edge_cases: bool,
    /// What must be refused: wrong input to pages and APIs, rows that break a constraint.
    pub include_error_scenarios: bool,
    /// The values on and just beyond the boundary of every CHECK and length.
    pub include_boundary_tests: bool,

    /// Values in the factories look like what people enter (an email is an email).
    pub realistic_test_data: bool,
    /// How varied the rows of the factories are: `low`, `medium` or `high`.
    pub test_data_variety: TestDataVariety,
    /// A factory makes the rows that its row refers to. Can't be switched off.
    pub preserve_referential_integrity: bool,
    /// Whether performance tests fill tables with many rows; otherwise with little more than a page shows.
    pub include_performance_datasets: bool,

    /// The runner may start several pytest processes.
    pub parallel_execution: bool,
    /// How many at most; at least 1.
    pub max_test_workers: u16,
    /// Time for a whole kind of tests, in seconds; at least 1.
    pub test_timeout_seconds: u32,
    /// The runner repeats a failed browser test once, and reports it as flaky when it passes then.
    pub retry_failed_tests: bool,

    /// The runner writes an HTML report.
    pub generate_html_reports: bool,
    /// The runner writes JUnit XML.
    pub generate_junit_xml: bool,
    /// `fabwright test --out` writes the coverage of each file, with `--coverage`.
    pub generate_coverage_reports: bool,
    /// `fabwright test --out` writes what the load tests measured.
    pub generate_performance_reports: bool,

    /// Results go to the job summary and the check run.
    pub ci_cd_integration: bool,
    /// The action posts results to its input `webhook-url`, if it has one.
    pub webhook_notifications: bool,
    /// The action tells Slack of results through its input `slack-webhook-url`.
    pub slack_integration: bool,
    /// Results go out by email. Not possible in this version.
    pub email_notifications: bool,

    /// Tests by a language model. Not possible in this version.
    pub ai_powered_test_generation: bool,
    /// Comparing screenshots. Not possible in this version.
    pub visual_regression_testing: bool,
    /// Tests that break the environment on purpose. Not possible in this version.
    pub chaos_engineering_tests: bool,
}

impl Default for TestGenerationConfig {
    fn default() -> Self {
        Self {
            generate_unit_tests: true,
            generate_integration_tests: true,
            generate_e2e_tests: true,
            generate_performance_tests: true,
            generate_security_tests: true,
            generate_accessibility_tests: true,
            target_coverage_percentage: 95,
            include_edge_cases: true,
            include_error_scenarios: true,
            include_boundary_tests: true,
            realistic_test_data: true,
            test_data_variety: TestDataVariety::High,
            preserve_referential_integrity: true,
            include_performance_datasets: true,
            parallel_execution: true,
            max_test_workers: 4,
            test_timeout_seconds: 300,
            retry_failed_tests: true,
            generate_html_reports: true,
            generate_junit_xml: true,
            generate_coverage_reports: true,
            generate_performance_reports: true,
            ci_cd_integration: true,
            webhook_notifications: true,
            slack_integration: false,
            email_notifications: false,
            ai_powered_test_generation: false,
            visual_regression_testing: false,
            chaos_engineering_tests: false,
        }
    }
}

impl TestGenerationConfig {
    /// Refuses what can't be done, by the name of the switch.
    ///
    /// # Errors
    /// [`Error::Switch`] for the first switch that can't work, with the reason.
    pub fn validate(&self) -> Result<(), Error> {
        let refusals = [
            (
                self.ai_powered_test_generation,
                "ai_powered_test_generation",
                "generated tests must be the same on every run, which a language model's are not; set it to false",
            ),
            (
                self.visual_regression_testing,
                "visual_regression_testing",
                "screenshots are not compared by this version; set it to false",
            ),
            (
                self.chaos_engineering_tests,
                "chaos_engineering_tests",
                "this version can't break an environment on purpose; set it to false",
            ),
            (
                self.email_notifications,
                "email_notifications",
                "this version doesn't send email; set it to false and use GitHub's own notifications",
            ),
            (
                !self.preserve_referential_integrity,
                "preserve_referential_integrity",
                "the tests run with foreign keys enforced, so a row without its parents can't be written; set it to true",
            ),
            (self.target_coverage_percentage > 100, "target_coverage_percentage", "it is a percentage: 0 to 100"),
            (self.max_test_workers == 0, "max_test_workers", "at least one process must run the tests"),
            (self.test_timeout_seconds == 0, "test_timeout_seconds", "tests need at least one second"),
        ];
        match refusals.into_iter().find(|(refused, ..)| *refused) {
            Some((_, switch, reason)) => Err(Error::Switch { switch, reason }),
            None => Ok(()),
        }
    }

    /// What this version does otherwise than the switches say, one sentence each.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        let always = [
            (!self.generate_html_reports, "`generate_html_reports`"),
            (!self.generate_junit_xml, "`generate_junit_xml`"),
            (!self.ci_cd_integration, "`ci_cd_integration`"),
        ];
        let named: Vec<&str> = always.iter().filter(|(named, _)| *named).map(|(_, switch)| *switch).collect();
        if named.is_empty() {
            return Vec::new();
        }
        let switches = named.join(", ");
        vec![format!("report.html, junit.xml and the job summary are always written: {switches} change nothing")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert!(TestGenerationConfig::default().validate().is_ok());
    }

    #[test]
    fn what_a_switch_does_not_change_is_said() {
        let all: TestGenerationConfig = serde_yaml::from_str("generate_junit_xml: false").unwrap();
        let notices = all.notices();
        assert_eq!(notices.len(), 1);
        assert!(notices[0].contains("`generate_junit_xml` change nothing"), "{notices:?}");
        assert_eq!(TestGenerationConfig::default().notices(), [""; 0]);
    }

    #[test]
    fn an_empty_configuration_is_the_default() {
        let config: TestGenerationConfig = serde_yaml::from_str("{}").unwrap();
        assert_eq!(config, TestGenerationConfig::default());
    }

    #[test]
    fn an_unknown_switch_is_an_error() {
        let error = serde_yaml::from_str::<TestGenerationConfig>("generate_unit_test: true").unwrap_err();
        assert!(error.to_string().contains("generate_unit_test"), "{error}");
    }

    #[test]
    fn what_cannot_work_is_refused_by_name() {
        for yaml in [
            "ai_powered_test_generation: true",
            "visual_regression_testing: true",
            "chaos_engineering_tests: true",
            "email_notifications: true",
            "preserve_referential_integrity: false",
            "target_coverage_percentage: 101",
            "max_test_workers: 0",
            "test_timeout_seconds: 0",
        ] {
            let config: TestGenerationConfig = serde_yaml::from_str(yaml).unwrap();
            let message = config.validate().unwrap_err().to_string();
            assert!(message.contains(yaml.split(':').next().unwrap()), "{message}");
        }
    }
}
