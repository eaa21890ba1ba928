//! The two revisions, each checked out beside the user's tree, and what they say about themselves.

use std::path::{Component, Path, PathBuf};

use super::{CommitMode, Request};
use crate::app::application::{cache_folder, migration_tool, migrator_settings};
use crate::app::dialect::{self, Signs};
use crate::app::{Console, Error, gate};
use crate::config::{self, Config, Rename};
use crate::database::{DatabaseUrl, Place, Scratch};
use crate::gate::Policy;
use crate::run::migrate::{MigrationTool, Migrator, MigratorSettings};
use crate::run::{self, PythonEnvironment, PythonOptions};
use crate::store::git::{Commit, Repository, Worktree};
use crate::store::tree::{self, SourceTree};

/// Names under which a base branch is looked for when none is given.
const USUAL_BASES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// Base and head of a pull request.
pub(super) struct Sides {
    pub(super) repository: Repository,
    pub(super) base: Side,
    pub(super) head: Side,
    /// The configuration of the head.
    pub(super) config: Config,
    /// Renames that people answered with, which the configuration of the head does not have.
    pub(super) answered: Vec<Rename>,
    /// The folder of the configuration, from the root of the repository.
    pub(super) working_directory: PathBuf,
    /// The gate's policy, as the base has it.
    pub(super) policy: Policy,
    /// The folder of the application in the repository, without a slash at the end; empty for its root.
    pub(super) prefix: String,
    /// The text files of the head's application.
    pub(super) sources: SourceTree,
    /// Where the rehearsal's databases are made, if the user named a place.
    pub(super) database: Option<DatabaseUrl>,
}

/// One revision, checked out.
pub(super) struct Side {
    /// What the user called it.
    pub(super) name: String,
    pub(super) commit: Commit,
    /// The folder of the application.
    pub(super) folder: PathBuf,
    // Held for its destructor, which removes the checkout.
    _worktree: Worktree,
}

/// How each side migrates, and what runs its Python.
pub(super) struct Plan {
    pub(super) python: PythonEnvironment,
    /// `None` when the base has no migrations: its schema is empty then.
    pub(super) base: Option<Migrator>,
    pub(super) head: Migrator,
    /// Where databases are made to rehearse on.
    pub(super) place: Place,
    /// SQLAlchemy's name of the driver that reaches them.
    driver: Option<&'static str>,
}

impl Plan {
    /// The address of a database as the application takes it, password included.
    pub(super) fn uri(&self, scratch: &Scratch) -> String {
        scratch.url().sqlalchemy_uri(self.driver)
    }
}

impl Sides {
    /// Resolves the revisions, checks them out and reads their configuration.
    pub(super) fn open(request: &Request, console: &Console) -> Result<Self, Error> {
        let database = request.database_url.as_deref().map(str::parse::<DatabaseUrl>).transpose()?;
        let step = console.step("Check out");
        let repository = Repository::open(&request.repo)?;
        let head = repository.resolve(&request.head)?;
        let base_name = match &request.base {
            Some(name) => name.clone(),
            None => USUAL_BASES
                .into_iter()
                .find(|name| repository.resolve(name).is_ok())
                .ok_or(Error::NoBase { looked_for: &USUAL_BASES })?
                .to_owned(),
        };
        // What the base branch gained since the pull request left it is no change of the pull request.
        let base_tip = repository.resolve(&base_name)?;
        let base = repository.merge_base(&base_tip, &head)?;

        let base_tree = repository.worktree_at(&base)?;
        let head_tree = repository.worktree_at(&head)?;
        let working_directory = match &request.working_directory {
            Some(folder) => folder.clone(),
            None => PathBuf::from(repository.prefix()),
        };
        if working_directory.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(Error::Outside { folder: working_directory });
        }
        let config = config::load(&head_tree.path().join(&working_directory), request.config.as_deref())?;
        let path = gate::policy_path(Some(&working_directory), request.config.as_deref());
        let policy = gate::policy::of_commit(&repository, &base_tip, &path)?;
        let prefix = slashed(&working_directory.join(&config.application.path));
        let side = |name: &str, commit: &Commit, worktree: Worktree| {
            let folder = worktree.path().join(&prefix);
            Side { name: name.to_owned(), commit: commit.clone(), folder, _worktree: worktree }
        };
        let base = side(&base_name, &base, base_tree);
        let branch = if request.head == "HEAD" { repository.current_branch()? } else { None };
        let head = side(branch.as_deref().unwrap_or(&request.head), &head, head_tree);
        if !head.folder.is_dir() {
            return Err(Error::NoFolder { folder: prefix, revision: head.name });
        }
        if !base.folder.is_dir() {
            return Err(Error::NoFolder { folder: prefix, revision: base.name });
        }
        let sources = tree::read(&head.folder, |path| !path.starts_with(".fabwright/"))?;
        if !sources.files.iter().any(|(path, text)| path.ends_with(".py") && text.contains("flask_appbuilder")) {
            return Err(Error::NoApplication { folder: shown(&prefix) });
        }
        if request.commit == CommitMode::Local {
            refuse_dirty(&repository, &head)?;
        }
        step.done(&format!("{} → {}", base.commit.short(), head.commit.short()));
        let answered = Vec::new();
        Ok(Self { repository, base, head, config, answered, working_directory, policy, prefix, sources, database })
    }

    /// A path in the repository, for one in the application's folder.
    pub(super) fn in_repository(&self, path: &str) -> String {
        if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }

    /// Finds out how both sides migrate and makes the environment that their Python runs in.
    pub(super) async fn migrations(&self, request: &Request, console: &Console) -> Result<Plan, Error> {
        let head_tool = self.tool(&self.head)?;
        let base_tool = match self.tool(&self.base) {
            Ok(tool) => Some(tool),
            Err(Error::Run(run::Error::NoMigrations { .. })) => None,
            Err(error) => return Err(error),
        };
        let step = console.step("Python environment");
        let mut options = PythonOptions::new(cache_folder());
        options.interpreter = request.python.clone().or_else(|| self.config.application.python.clone());
        options.requirements.clone_from(&self.config.application.requirements);
        let python = PythonEnvironment::prepare(&self.head.folder, &options).await?;
        step.done(python.version());
        let signs = Signs {
            folder: &self.head.folder,
            config: &self.config,
            sources: &self.sources,
            database: self.database.as_ref(),
        };
        let (dialect, driver) = dialect::choose(&signs, &python, &head_tool).await?;
        let place = match &self.database {
            None => Place::own(dialect).await?,
            Some(url) => Place::beside(url).await?,
        };
        let migrator = |tool, side: &Side, trace: bool| {
            let settings = MigratorSettings { trace, ..migrator_settings(&self.config) };
            Migrator::new(tool, python.clone(), &side.folder, settings)
        };
        let (base, head) =
            (base_tool.map(|tool| migrator(tool, &self.base, false)), migrator(head_tool, &self.head, true));
        Ok(Plan { python, base, head, place, driver })
    }

    /// Whether the head's migrations are Alembic's.
    pub(super) fn is_alembic(&self) -> bool {
        matches!(self.tool(&self.head), Ok(MigrationTool::FlaskMigrate { .. } | MigrationTool::Alembic { .. }))
    }

    fn tool(&self, side: &Side) -> Result<MigrationTool, Error> {
        migration_tool(&self.config, &side.folder)
    }
}

/// A commit to a branch that is checked out moves the user's tree, so it has to be clean.
fn refuse_dirty(repository: &Repository, head: &Side) -> Result<(), Error> {
    if repository.resolve("HEAD")? != head.commit {
        return Ok(());
    }
    let paths = repository.dirty_paths()?;
    if paths.is_empty() {
        return Ok(());
    }
    let more = paths.len().saturating_sub(3);
    let mut files = paths.into_iter().take(3).collect::<Vec<_>>().join(", ");
    if more > 0 {
        files.push_str(&format!(" and {more} more"));
    }
    Err(Error::Dirty { branch: head.name.clone(), files })
}

/// A relative path with `/` between its parts and without `.`.
fn slashed(path: &Path) -> String {
    path.components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("/")
}

fn shown(prefix: &str) -> PathBuf {
    PathBuf::from(if prefix.is_empty() { "." } else { prefix })
}
