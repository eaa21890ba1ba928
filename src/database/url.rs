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

    /// The name of the database on its server.
    pub fn database(&self) -> Option<String> {
        let Address::Server(url) = &self.address else { return None };
        let (_, path, _) = parts(url);
        let name = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        (!name.is_empty()).then(|| name.into_owned())
    }

    /// Another database on the same server.
    ///
    /// # Errors
    ///
    /// For a file.
    pub fn with_database(&self, name: &str) -> Result<Self> {
        let Address::Server(url) = &self.address else {
            return Err(Error::Url { text: self.to_string(), reason: "a file has no databases beside it".to_owned() });
        };
        let (authority, _, query) = parts(url);
        let name = percent_encoding::utf8_percent_encode(name, OF_A_NAME);
        Ok(Self { dialect: self.dialect, address: Address::Server(format!("{authority}/{name}{query}")) })
    }

    /// The URL as SQLAlchemy reads it for a driver (`psycopg2`, `pymysql`; none: its default), password included.
    /// Never print it.
    pub fn sqlalchemy_uri(&self, driver: Option<&str>) -> String {
        let url = match &self.address {
            Address::File(path) => return format!("sqlite:///{}", path.display()),
            Address::Server(url) => url,
        };
        let (authority, path, query) = parts(url);
        let rest = authority.split_once("://").map_or(authority, |(_, rest)| rest);
        let family = if self.dialect == Dialect::Postgres { "postgresql" } else { "mysql" };
        let driver_suffix = driver.map(|driver| format!("+{driver}")).unwrap_or_default();
        let query = query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
        let pairs: Vec<String> = query.map(|pair| parameter(self.dialect, driver, pair)).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("{family}{driver_suffix}://{rest}/{path}{query}")
    }
}

/// What a name in a URL cannot hold as it is.
const OF_A_NAME: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// Scheme with authority, path without its slash, and query with its question mark. The last `@` ends the credentials,
/// since an unescaped `/` in a password is a common mistake.
fn parts(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let host = url.rfind('@').map_or(start, |at| at + 1).max(start);
    let query_at = url.get(host..).and_then(|rest| rest.find('?')).map_or(url.len(), |at| host + at);
    let path_at = url.get(host..query_at).and_then(|rest| rest.find('/')).map_or(query_at, |at| host + at);
    let (authority, rest) = url.split_at(path_at);
    let (path, query) = rest.split_at(query_at - path_at);
    (authority, path.strip_prefix('/').unwrap_or(path), query)
}

/// One parameter under the name by which a Python driver knows it.
fn parameter(dialect: Dialect, driver: Option<&str>, pair: &str) -> String {
    match (dialect, driver, pair.split_once('=')) {
        (Dialect::Postgres, Some("pg8000"), Some(("host", folder))) => format!("unix_sock={folder}/.s.PGSQL.5432"),
        _ => pair.to_owned(),
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
        assert_eq!(parsed("sqlite:/srv/app.db").sqlalchemy_uri(None), "sqlite:////srv/app.db");
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
        assert_eq!(parsed("postgresql+psycopg://a@b/c").sqlalchemy_uri(None), "postgresql://a@b/c");
    }

    #[test]
    fn each_driver_gets_the_words_that_it_knows() {
        let postgres = parsed("postgres://ann:s3cret@localhost/shop?host=/run/pg");
        assert_eq!(
            postgres.sqlalchemy_uri(Some("psycopg2")),
            "postgresql+psycopg2://ann:s3cret@localhost/shop?host=/run/pg"
        );
        assert_eq!(
            postgres.sqlalchemy_uri(Some("pg8000")),
            "postgresql+pg8000://ann:s3cret@localhost/shop?unix_sock=/run/pg/.s.PGSQL.5432"
        );
        let mysql = parsed("mysql://root@localhost/shop?unix_socket=/run/m.sock&charset=utf8mb4");
        assert_eq!(
            mysql.sqlalchemy_uri(Some("pymysql")),
            "mysql+pymysql://root@localhost/shop?unix_socket=/run/m.sock&charset=utf8mb4"
        );
    }

    #[test]
    fn another_database_on_the_same_server() {
        let url = parsed("postgres://ann:a/b@db:5433/shop?sslmode=require");
        assert_eq!(url.database().as_deref(), Some("shop"));
        let other = url.with_database("a b/c").unwrap();
        assert_eq!(other.expose(), "postgres://ann:a/b@db:5433/a%20b%2Fc?sslmode=require");
        assert_eq!(other.database().as_deref(), Some("a b/c"));
        assert_eq!(parsed("postgres://db").database(), None);
        assert_eq!(parsed("postgres://db").with_database("x").unwrap().expose(), "postgres://db/x");
        assert_eq!(parsed("sqlite:x.db").database(), None);
    }
}
