//! The Python packages that speak to a database server, and what an application says about them.

use super::requirements::Requirements;
use crate::schema::Dialect;

/// A package by which SQLAlchemy reaches a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Driver {
    /// SQLAlchemy's name for it, as in `postgresql+psycopg2://`.
    pub name: &'static str,
    /// The module that it imports.
    pub module: &'static str,
    /// Under which names it can be installed, normalized.
    pub distributions: &'static [&'static str],
    /// The servers that it speaks to.
    pub dialect: Dialect,
}

/// The known drivers; of those of one dialect the more usual first.
pub const DRIVERS: [Driver; 7] = [
    driver("psycopg2", "psycopg2", &["psycopg2", "psycopg2-binary"], Dialect::Postgres),
    driver("psycopg", "psycopg", &["psycopg", "psycopg-binary"], Dialect::Postgres),
    driver("pg8000", "pg8000", &["pg8000"], Dialect::Postgres),
    driver("mysqldb", "MySQLdb", &["mysqlclient"], Dialect::Mysql),
    driver("pymysql", "pymysql", &["pymysql"], Dialect::Mysql),
    driver("mysqlconnector", "mysql.connector", &["mysql-connector-python"], Dialect::Mysql),
    driver("mariadbconnector", "mariadb", &["mariadb"], Dialect::Mysql),
];

const fn driver(
    name: &'static str,
    module: &'static str,
    distributions: &'static [&'static str],
    dialect: Dialect,
) -> Driver {
    Driver { name, module, distributions, dialect }
}

/// The drivers that an application asks for or has locked: by name, or as an extra of SQLAlchemy
/// (`sqlalchemy[postgresql]`).
pub fn declared(requirements: &Requirements) -> Vec<&'static Driver> {
    let mut found: Vec<&Driver> = Vec::new();
    let mut add = |wanted: &dyn Fn(&Driver) -> bool| {
        let new = DRIVERS.iter().filter(|driver| wanted(driver));
        for driver in new {
            if !found.contains(&driver) {
                found.push(driver);
            }
        }
    };
    for package in requirements.packages() {
        let extras: Vec<&str> = match package.name.as_ref() {
            "sqlalchemy" => package.extras.iter().map(|extra| of_extra(extra.as_ref())).collect(),
            _ => Vec::new(),
        };
        add(&|driver| driver.distributions.contains(&package.name.as_ref()) || extras.contains(&driver.name));
    }
    for name in requirements.locked() {
        add(&|driver| driver.distributions.contains(&name.as_ref()));
    }
    found
}

/// The driver that an extra of SQLAlchemy stands for, normalized.
fn of_extra(extra: &str) -> &str {
    match extra {
        "postgresql" | "postgresql-psycopg2binary" => "psycopg2",
        "postgresql-psycopg" | "postgresql-psycopgbinary" => "psycopg",
        "postgresql-pg8000" => "pg8000",
        "mysql" => "mysqldb",
        "pymysql" => "pymysql",
        "mysql-connector" => "mysqlconnector",
        "mariadb-connector" => "mariadbconnector",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_told_by_name_and_by_extra() {
        let names = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("requirements.txt"), text).unwrap();
            let requirements = Requirements::find(folder.path(), &[]).unwrap();
            declared(&requirements).iter().map(|driver| driver.name).collect::<Vec<_>>()
        };
        assert_eq!(names("flask==3.1\nPsycopg2_binary>=2.9 ; python_version > '3.8'\n"), ["psycopg2"]);
        assert_eq!(names("psycopg[binary]==3.2  # the new one\nPyMySQL\n"), ["psycopg", "pymysql"]);
        assert_eq!(names("SQLAlchemy[asyncio, postgresql_pg8000] >= 2"), ["pg8000"]);
        assert_eq!(names("mysqlclient --hash=sha256:00\n# psycopg2\n"), ["mysqldb"]);
        assert!(names("psycopg2-pool\nsqlalchemy\n").is_empty());
    }
}
