//! `fabwright generate`: models, views, APIs and tests for a schema, merged with what is there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Console, Error, Exit, framework, source};
use crate::config::{self, Config};
use crate::generate::{self, Application, FabVersion, FileKind, GeneratedFile, Selection, Settings};
use crate::merge::{self, Strategies, TreeMerge};
use crate::schema::{Dialect, Schema, snapshot};
use crate::store::baseline::{BASELINE, Recorded, SCHEMA};
use crate::store::folder;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// A database URL, a snapshot, or an .sql file.
    pub source: String,
    /// The application's folder.
    pub out: PathBuf,
    /// Whether to write nothing and only say what is out of date.
    pub check: bool,
    /// Configuration to use instead of the folder's.
    pub config: Option<PathBuf>,
    /// The dialect of an .sql file.
    pub dialect: Option<Dialect>,
}

/// Runs the command.
///
/// # Errors
/// When the source or the folder cannot be read, or a file not be written.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let schema = source::read(&request.source, request.dialect).await?;
    if !request.check {
        folder::make(&request.out)?;
    }
    let config = config::load(&request.out, request.config.as_deref())?;
    let fab = framework::version(&request.out, &config)?;
    let recorded = Recorded::in_folder(&request.out)?;
    let generated = texts(files(&schema, &config, fab)?);
    let branch = folder::read_some(&request.out, recorded.baseline.keys().chain(generated.keys()))?;
    let merge = merged(&recorded.baseline, &branch, &generated, &config, &[]);
    let snapshot = snapshot::to_files(&schema);

    for notice in config.tests.notices() {
        console.note(&notice);
    }
    let changed: Vec<_> = merge.files.iter().filter(|file| file.changes_branch()).collect();
    let conflicts = merge.conflicts().count();
    if request.check {
        for file in &changed {
            console.print(&format!("out of date: {}", file.path));
        }
        let stale = !changed.is_empty() || recorded.baseline != merge.new_baseline || recorded.schema != snapshot;
        return Ok(if stale { Exit::OutOfDate } else { Exit::Done });
    }
    for file in &changed {
        let path = request.out.join(&file.path);
        match &file.merged.text {
            Some(text) => folder::write(&path, text)?,
            None => folder::remove(&path)?,
        }
        if file.merged.is_conflict() {
            console.complain(&format!("{}: your edits and the generated text disagree; look for `<<<<<<<`", file.path));
        }
    }
    // What is recorded moves on with conflicts too: once they are solved in the files, the merge is done.
    folder::replace(&request.out.join(BASELINE), &merge.new_baseline)?;
    folder::replace(&request.out.join(SCHEMA), &snapshot)?;
    console.print(&format!(
        "{} files changed, {} unchanged, {} hand edits kept, {conflicts} conflicts",
        changed.len(),
        merge.files.len() - changed.len(),
        merge.hand_edits(),
    ));
    Ok(if conflicts > 0 { Exit::Conflicts } else { Exit::Done })
}

/// Every generated file for a schema and a version of Flask-AppBuilder.
pub(super) fn files(schema: &Schema, config: &Config, fab: FabVersion) -> Result<Vec<GeneratedFile>, Error> {
    let settings = Settings { package: config.application.package.clone(), fab, ..Settings::default() };
    let application = Application::from_schema(schema, &settings);
    let wanted = |kind: FileKind| match kind {
        FileKind::Model => config.generate.models,
        FileKind::View => config.generate.views,
        FileKind::Api => config.generate.apis,
        FileKind::Runtime => config.generate.views || config.generate.apis,
        FileKind::Test | FileKind::TestSupport => true,
    };
    let mut files = generate::code::files(&application, &Selection::Everything)
        .map_err(|error| Error::bug("the templates of models, views and APIs", error))?;
    files.extend(generate::tests::files(&application, &config.tests)?);
    files.retain(|file| wanted(file.kind));
    Ok(files)
}

/// Texts by path from the application's folder.
pub(super) fn texts(files: Vec<GeneratedFile>) -> BTreeMap<String, String> {
    files.into_iter().map(|file| (file.path, file.text)).collect()
}

/// Merges generated texts with those of the branch, by the configuration's strategies.
pub(super) fn merged(
    baseline: &BTreeMap<String, String>,
    branch: &BTreeMap<String, String>,
    generated: &BTreeMap<String, String>,
    config: &Config,
    renames: &[(String, String)],
) -> TreeMerge {
    let strategies = Strategies { by_path: config.generate.strategies.clone(), ..Strategies::default() };
    merge::tree(baseline, branch, generated, &strategies, renames)
}
