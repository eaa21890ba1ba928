//! The Python packages that speak to a database server, and what an application says about them.

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

/// The drivers that requirements ask for, in the order of the text: by name, or as an extra of SQLAlchemy
/// (`sqlalchemy[postgresql]`).
pub fn declared(requirements: &str) -> Vec<&'static Driver> {
    let mut found = Vec::new();
    for line in requirements.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let end = line.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
        let (name, rest) = line.split_at(end.unwrap_or(line.len()));
        let name = normalized(name);
        let extras =
            rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or("", |(all, _)| all);
        for driver in &DRIVERS {
            let by_name = driver.distributions.contains(&name.as_str());
            let by_extra = name == "sqlalchemy" && extras.split(',').any(|extra| of_extra(extra.trim()) == driver.name);
            if (by_name || by_extra) && !found.contains(&driver) {
                found.push(driver);
            }
        }
    }
    found
}

/// The driver that an extra of SQLAlchemy stands for.
fn of_extra(extra: &str) -> &str {
    match normalized(extra).as_str() {
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

fn normalized(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_told_by_name_and_by_extra() {
        let names = |text: &str| declared(text).iter().map(|driver| driver.name).collect::<Vec<_>>();
        assert_eq!(names("flask==3.1\nPsycopg2_binary>=2.9 ; python_version > '3.8'\n"), ["psycopg2"]);
        assert_eq!(names("psycopg[binary]==3.2  # the new one\nPyMySQL\n"), ["psycopg", "pymysql"]);
        assert_eq!(names("SQLAlchemy[asyncio, postgresql_pg8000] >= 2"), ["pg8000"]);
        assert_eq!(names("mysqlclient --hash=sha256:00\n# psycopg2\n"), ["mysqldb"]);
        assert!(names("psycopg2-pool\nsqlalchemy\n").is_empty());
    }
}
