//! The application's Python environment.
//!
//! A named interpreter is used as it is. Otherwise a virtual environment is made from the application's
//! requirements and kept in a cache, under the SHA-256 of the Python version and of all that is installed:
//!
//! 1. [`requirements`] reads the requirements into one text;
//! 2. an environment of that key which was completed earlier is used;
//! 3. otherwise it is made under a lock, by `uv` where that is on PATH and by `venv` and `pip` elsewhere, and marked
//!    as complete at the very end, so that a crash leaves nothing that is taken for whole.

pub mod driver;
pub mod requirements;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use self::requirements::Requirements;
use super::child::{LineCallback, is_executable, on_path};
use super::{Child, Error, Outcome};

/// Changes when environments are made in another way, so that old ones are not found.
const FORMAT: &str = "2";
/// Written last: an environment without it is not whole.
const COMPLETE: &str = "fabwright-complete";
const PIP_INSTALL: [&str; 2] = ["install", "--disable-pip-version-check"];
/// What installing may know of the machine: where packages come from and how to get there.
const INSTALL_VARIABLES: &[&str] = &[
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_CONFIG_FILE",
    "PIP_TRUSTED_HOST",
    "PIP_CERT",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_CACHE_DIR",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_CONFIG_FILE",
    "UV_FIND_LINKS",
    "UV_NATIVE_TLS",
    "UV_CACHE_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
];

/// What to make the environment from.
#[derive(Clone)]
pub struct PythonOptions {
    /// An interpreter that has everything already.
    pub interpreter: Option<PathBuf>,
    /// Requirements files, relative to the application's folder. Empty: those of the usual names.
    pub requirements: Vec<PathBuf>,
    /// What else to install, as `pip` takes it.
    pub tools: Vec<String>,
    /// Where environments are kept.
    pub cache_dir: PathBuf,
    /// The limit of each step.
    pub limit: Duration,
    /// Told of each line of the installer's output.
    pub on_line: Option<LineCallback>,
}

impl PythonOptions {
    /// Everything at its default, with environments kept in `cache_dir`.
    pub fn new(cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            interpreter: None,
            requirements: Vec::new(),
            tools: vec!["pytest>=8".to_owned()],
            cache_dir: cache_dir.into(),
            limit: Duration::from_secs(900),
            on_line: None,
        }
    }
}

/// A Python interpreter that has the application's requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonEnvironment {
    interpreter: PathBuf,
    version: String,
}

impl PythonEnvironment {
    /// Finds or makes the environment for the application in `app_dir`.
    ///
    /// # Errors
    ///
    /// When there is no Python, no requirements, or the installation fails.
    pub async fn prepare(app_dir: &Path, options: &PythonOptions) -> Result<Self, Error> {
        if let Some(interpreter) = &options.interpreter {
            let interpreter = if interpreter.components().count() > 1 {
                std::path::absolute(app_dir.join(interpreter)).map_err(Error::at(interpreter))?
            } else {
                on_path(&interpreter.to_string_lossy()).unwrap_or_else(|| interpreter.clone())
            };
            return Self::existing(&interpreter, app_dir).await;
        }
        let base = match on_path("python3").or_else(|| on_path("python")) {
            Some(python) => Self::existing(&python, app_dir).await?,
            None => {
                return Err(Error::PythonMissing { reason: "neither `python3` nor `python` is on PATH".to_owned() });
            }
        };
        let wanted = Requirements::find(app_dir, &options.requirements)?;
        let folder = options.cache_dir.join(format!("python-{}", base.key(&wanted, &options.tools)));
        let made = Self { interpreter: folder.join("bin/python"), version: base.version.clone() };

        std::fs::create_dir_all(&options.cache_dir).map_err(Error::at(&options.cache_dir))?;
        let _lock = lock(&folder.with_extension("lock"), options.limit).await?;
        if folder.join(COMPLETE).is_file() && is_executable(&made.interpreter) {
            return Ok(made);
        }
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(Error::at(&folder))?;
        }
        if let Err(error) = base.make(app_dir, &folder, &wanted, options).await {
            // Best effort: without the mark it would not be used anyway.
            let _ = std::fs::remove_dir_all(&folder);
            return Err(error);
        }
        std::fs::write(folder.join(COMPLETE), wanted.text()).map_err(Error::at(&folder))?;
        Ok(made)
    }

    /// The environment of an interpreter that has everything already.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub async fn existing(interpreter: &Path, directory: &Path) -> Result<Self, Error> {
        let missing = |reason: String| Error::PythonMissing { reason };
        if !is_executable(interpreter) {
            return Err(missing(format!("{} is not an executable file", interpreter.display())));
        }
        // A shim (pyenv, asdf) needs the real home to find the interpreter that it stands for.
        let script = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)";
        let mut child = Child::new(interpreter, directory).args(["-c", script]).limit(Duration::from_secs(30));
        if let Some(home) = std::env::var_os("HOME") {
            child = child.home(home).inherit(&["PYENV_ROOT", "PYENV_VERSION", "ASDF_DATA_DIR"]);
        }
        let outcome = child.run().await?;
        let mut lines = outcome.stdout.lines();
        match (outcome.success(), lines.next(), lines.next()) {
            (true, Some(version), Some(executable)) if version.starts_with('3') => {
                Ok(Self { interpreter: PathBuf::from(executable), version: version.to_owned() })
            }
            (true, Some(version), _) => Err(missing(format!("{} is Python {version}", interpreter.display()))),
            _ => Err(missing(format!("{} does not run: {}", interpreter.display(), outcome.tail(5)))),
        }
    }

    /// The interpreter.
    pub fn interpreter(&self) -> &Path {
        &self.interpreter
    }

    /// Its version, as `3.12.4`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A child that will run the interpreter in `directory`, with the environment's own commands first on PATH.
    pub fn child(&self, directory: &Path) -> Child {
        self.with_path(Child::new(&self.interpreter, directory))
    }

    /// A child that will run a command of the environment, or of PATH, in `directory`.
    pub fn command(&self, name: &str, directory: &Path) -> Child {
        let own = self.interpreter.with_file_name(name);
        let python = ["python", "python3"].contains(&name).then(|| self.interpreter.clone());
        let program = python.unwrap_or_else(|| if is_executable(&own) { own } else { PathBuf::from(name) });
        self.with_path(Child::new(program, directory))
    }

    fn with_path(&self, child: Child) -> Child {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.interpreter.parent().map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&rest));
        let child = match std::env::join_paths(folders) {
            Ok(path) => child.env("PATH", path),
            Err(_) => child,
        };
        // The working tree must stay as it is.
        child.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1")
    }

    /// The modules among these that cannot be imported.
    ///
    /// # Errors
    ///
    /// When the interpreter does not run.
    pub async fn missing(&self, modules: &[&str]) -> Result<Vec<String>, Error> {
        let script = "import importlib.util, sys\nfor name in sys.argv[1:]:\n    try:\n        found = importlib.util.find_spec(name)\n    except ImportError:\n        found = None\n    if found is None:\n        print(name)";
        let folder = tempfile::tempdir().map_err(Error::at(std::env::temp_dir()))?;
        let outcome = self.child(folder.path()).args(["-c", script]).args(modules.iter().copied()).run().await?;
        if !outcome.success() {
            let reason = format!("{} does not run: {}", self.interpreter.display(), outcome.tail(5));
            return Err(Error::PythonMissing { reason });
        }
        Ok(outcome.stdout.lines().map(str::to_owned).collect())
    }

    /// Fails with the modules that cannot be imported.
    ///
    /// # Errors
    ///
    /// [`Error::ModulesMissing`] with what `needed_for` lacks.
    pub async fn require(&self, modules: &[&str], needed_for: &str) -> Result<(), Error> {
        let missing = self.missing(modules).await?;
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::ModulesMissing {
            interpreter: self.interpreter.clone(),
            modules: missing,
            needed_for: needed_for.to_owned(),
        })
    }

    fn key(&self, wanted: &Requirements, tools: &[String]) -> String {
        let mut hash = Sha256::new();
        for part in [FORMAT, &self.version, &self.interpreter.to_string_lossy(), &wanted.text(), wanted.constraints()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        for tool in tools {
            hash.update(tool.len().to_le_bytes());
            hash.update(tool);
        }
        hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether the interpreter's pip can install into another environment (`--python`, since 22.3).
    async fn pip_reaches_out(&self) -> bool {
        let script = "import pip; print(tuple(map(int, pip.__version__.split('.')[:2])) >= (22, 3))";
        let asked = self.child(&std::env::temp_dir()).args(["-I", "-c", script]).run().await;
        asked.is_ok_and(|outcome| outcome.stdout.trim() == "True")
    }

    async fn make(
        &self,
        app_dir: &Path,
        folder: &Path,
        wanted: &Requirements,
        options: &PythonOptions,
    ) -> Result<(), Error> {
        let uv = on_path("uv");
        // The base's own pip can install into the environment, which spares it a copy of its own.
        let pip = uv.is_none() && self.pip_reaches_out().await;
        let venv = match &uv {
            Some(uv) => Child::new(uv, app_dir).args(["venv", "--no-project", "--python"]).arg(&self.interpreter),
            None if pip => self.child(app_dir).args(["-m", "venv", "--without-pip"]),
            None => self.child(app_dir).args(["-m", "venv"]),
        };
        installed("a virtual environment", venv.arg(folder), options).await?;

        let interpreter = folder.join("bin/python");
        let install = || match &uv {
            Some(uv) => Child::new(uv, app_dir).args(["pip", "install", "--python"]).arg(&interpreter),
            None if pip => self.child(app_dir).args(["-m", "pip", "--python"]).arg(&interpreter).args(PIP_INSTALL),
            None => Child::new(&interpreter, app_dir).args(["-m", "pip"]).args(PIP_INSTALL),
        };
        // The requirements stay in the environment, where a person can look at what was installed.
        let file = folder.join("fabwright-requirements.txt");
        std::fs::write(&file, wanted.text()).map_err(Error::at(&file))?;
        let constraints = folder.join("fabwright-constraints.txt");
        std::fs::write(&constraints, wanted.constraints()).map_err(Error::at(&constraints))?;
        let install_all = install().arg("-r").arg(&file).arg("-c").arg(&constraints);
        installed(&wanted.names(), install_all, options).await?;
        if !options.tools.is_empty() {
            // Apart from the rest: a requirements file with hashes must not be mixed with what has none.
            installed(&options.tools.join(", "), install().args(&options.tools), options).await?;
        }
        Ok(())
    }
}

async fn installed(what: &str, mut child: Child, options: &PythonOptions) -> Result<Outcome, Error> {
    if let Some(home) = std::env::var_os("HOME") {
        child = child.home(home);
    }
    if let Some(callback) = &options.on_line {
        child = child.on_line(callback.clone());
    }
    let child = child.inherit(INSTALL_VARIABLES).limit(options.limit);
    let command = child.command_line();
    let outcome = child.run().await?;
    if outcome.success() {
        return Ok(outcome);
    }
    let mut output = outcome.tail(20);
    if outcome.timed_out {
        output.push_str(&format!("\n(stopped after {} s)", options.limit.as_secs()));
    }
    Err(Error::Install { what: what.to_owned(), command, output })
}

/// Waits for our turn. The lock is given back when the file is closed, even by a crash.
async fn lock(path: &Path, limit: Duration) -> Result<File, Error> {
    let file = File::create(path).map_err(Error::at(path))?;
    let give_up = tokio::time::Instant::now() + limit * 3;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if tokio::time::Instant::now() < give_up => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => return Err(Error::at(path)(error.into())),
        }
    }
}
