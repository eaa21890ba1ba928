//! Where a database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Error, Result};
use crate::schema::Dialect;

/// The address of a database. It prints with its password masked.
///
/// * `sqlite:PATH` names a file as it is written; `sqlite:///PATH` is read as SQLAlchemy does: what follows the third
///   slash is the path, so that an absolute one has four slashes.
/// * `postgres://…` and `mysql://…` as the servers' own tools read them. SQLAlchemy's driver suffix
///   (`postgresql+psycopg://…`) is accepted and dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DatabaseUrl {
    dialect: Dialect,
    address: Address,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Address {
    File(PathBuf),
    Server(String),
}

impl DatabaseUrl {
    /// The SQLite database in this file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self { dialect: Dialect::Sqlite, address: Address::File(path.into()) }
    }

    /// The family of its server.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The file of an SQLite database.
    pub fn path(&self) -> Option<&Path> {
        match &self.address {
            Address::File(path) => Some(path),
            Address::Server(_) => None,
        }
    }

    /// The URL with its password, for connecting. Never print it.
    pub fn expose(&self) -> String {
        match &self.address {
            Address::File(path) => format!("sqlite:{}", path.display()),
            Address::Server(url) => url.clone(),
        }
    }

    /// The URL as SQLAlchemy reads it, password included. Never print it.
    pub fn sqlalchemy_uri(&self) -> String {
        match &self.address {
            Address::File(path) => format!("sqlite:///{}", path.display()),
            Address::Server(url) => match url.split_once("://") {
                Some(("postgres", rest)) => format!("postgresql://{rest}"),
                _ => url.clone(),
            },
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason: &str| Error::Url { text: masked(text), reason: reason.to_owned() };
        let (scheme, rest) = text.split_once(':').ok_or_else(|| refuse("it has no scheme"))?;
        let (family, _driver) = scheme.split_once('+').unwrap_or((scheme, ""));
        let dialect: Dialect = family.to_ascii_lowercase().parse().map_err(|reason: String| refuse(&reason))?;
        let address = match dialect {
            Dialect::Sqlite => {
                let path = match rest.strip_prefix("///") {
                    Some(path) => path.split('?').next().unwrap_or(path),
                    None => rest.strip_prefix("//").unwrap_or(rest),
                };
                if path.is_empty() || path == ":memory:" {
                    return Err(refuse("a database in memory cannot be looked at from here; name a file"));
                }
                Address::File(PathBuf::from(path))
            }
            Dialect::Postgres | Dialect::Mysql => {
                let rest = rest.strip_prefix("//").ok_or_else(|| refuse("`//` is missing after the scheme"))?;
                Address::Server(format!("{dialect}://{rest}"))
            }
        };
        Ok(Self { dialect, address })
    }
}

/// `text` with the password between `:` and `@` of its authority replaced. The last `@` before the path ends the
/// password, since an unescaped `@` or `/` in a password is a common mistake that must not leak it.
fn masked(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let Some((credentials, host)) = rest.rsplit_once('@') else { return mask_query(text) };
    match credentials.split_once(':') {
        Some((user, _)) => mask_query(&format!("{scheme}://{user}:***@{host}")),
        None => mask_query(text),
    }
}

fn mask_query(text: &str) -> String {
    let Some((before, query)) = text.split_once('?') else { return text.to_owned() };
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if name.to_ascii_lowercase().contains("pass") => format!("{name}=***"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{before}?{}", pairs.join("&"))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::File(path) => write!(f, "sqlite:{}", path.display()),
            Address::Server(url) => f.write_str(&masked(url)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> DatabaseUrl {
        text.parse().unwrap()
    }

    #[test]
    fn sqlite_paths_are_read_as_written_and_as_sqlalchemy_reads_them() {
        assert_eq!(parsed("sqlite:app.db").path(), Some(Path::new("app.db")));
        assert_eq!(parsed("sqlite:/srv/app.db").path(), Some(Path::new("/srv/app.db")));
        assert_eq!(parsed("sqlite:///app.db").path(), Some(Path::new("app.db")));
        assert_eq!(parsed("sqlite:////srv/app.db?timeout=5").path(), Some(Path::new("/srv/app.db")));
        assert_eq!(parsed("sqlite:/srv/app.db").sqlalchemy_uri(), "sqlite:////srv/app.db");
        for text in ["sqlite:", "sqlite://", "sqlite::memory:", "app.db", "oracle://x", "postgres:x"] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_never_prints() {
        for text in [
            "postgres://ann:s3cret@db/shop",
            "postgresql+psycopg://ann:s3c@s3cret/s3cret@db/shop?sslmode=require",
            "mysql://db/shop?user=ann&password=s3cret",
        ] {
            let url = parsed(text);
            assert!(!format!("{url} {url:?}").contains("s3c"), "{url}");
            assert!(url.expose().contains("s3cret"));
        }
        let error = "oracle://ann:s3cret@db/shop".parse::<DatabaseUrl>().unwrap_err();
        assert!(!error.to_string().contains("s3cret"));
        assert_eq!(parsed("postgresql+psycopg://a@b/c").sqlalchemy_uri(), "postgresql://a@b/c");
    }
}
