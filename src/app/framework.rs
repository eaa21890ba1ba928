//! Which version of Flask-AppBuilder an application runs on.

use std::path::Path;

use super::Error;
use crate::config::Config;
use crate::generate::FabVersion;
use crate::run;
use crate::run::python::requirements::{Release, Requirements};

const PACKAGE: &str = "flask-appbuilder";

/// The version that code is to be written for: that of the configuration, or the one that the application in `folder`
/// runs on by its requirements or its lock file.
///
/// # Errors
/// When a file cannot be read, or asks for a version that no code is written for.
pub(super) fn version(folder: &Path, config: &Config) -> Result<FabVersion, Error> {
    if let Some(version) = config.application.flask_appbuilder {
        return Ok(version);
    }
    let requirements = match Requirements::find(folder, &config.application.requirements) {
        // Models may come before the application.
        Err(run::Error::Requirements { .. }) => return Ok(FabVersion::default()),
        requirements => requirements?,
    };
    let newest = FabVersion::default().major();
    let Some(Release { file, version, says }) = requirements.release_of(PACKAGE, newest.into()) else {
        return Ok(FabVersion::default());
    };
    let major = version.release().first().and_then(|major| u32::try_from(*major).ok()).unwrap_or(u32::MAX);
    FabVersion::try_from(major).map_err(|_| Error::FlaskAppBuilder { file, major, version: says })
}
