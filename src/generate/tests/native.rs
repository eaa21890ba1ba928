//! What servers call their types, and values of types that mean something to one family of servers only.

use crate::schema::Dialect;

/// Two values of the type that a server calls `sql`, the second nothing where the server's spelling depends on its
/// settings. Nothing for a type that is not known.
pub(super) fn values(sql: &str, dialect: Dialect) -> Option<(String, Option<String>)> {
    let pair = |one: &str, other: &str| Some((one.to_owned(), Some(other.to_owned())));
    let alone = |one: &str| Some((one.to_owned(), None));
    if dialect == Dialect::Sqlite {
        return pair("abc", "xyz");
    }
    if sql.starts_with("time") && sql.ends_with("with time zone") {
        return pair("09:30:00+00", "17:45:00+01");
    }
    if sql.ends_with("[]") {
        return alone("{}");
    }
    // A type of an extension is called by the schema that it was put into.
    let plain = match sql.rsplit_once('.') {
        Some((_, name)) if !name.is_empty() && !sql.contains(['(', '"']) => name,
        _ => sql,
    };
    let (name, size) = match plain.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.split([')', ',']).next().and_then(|size| size.trim().parse().ok())),
        None => (plain, None),
    };
    let word = name.to_ascii_lowercase();
    if dialect == Dialect::Mysql
        && let Some((one, other)) = geometry(&word)
    {
        return pair(one, other);
    }
    match word.as_str() {
        "inet" | "cidr" => pair("192.0.2.0/24", "198.51.100.0/24"),
        "inet4" => pair("192.0.2.1", "198.51.100.7"),
        "inet6" => pair("2001:db8::1", "2001:db8::7"),
        "macaddr" => pair("08:00:2b:01:02:03", "08:00:2b:0a:0b:0c"),
        "macaddr8" => pair("08:00:2b:01:02:03:04:05", "08:00:2b:0a:0b:0c:0d:0e"),
        "bit" => pair(&"0".repeat(size.unwrap_or(1)), &"1".repeat(size.unwrap_or(1))),
        "bit varying" => pair("0", "1"),
        "int4range" | "int8range" => pair("[1,5)", "[6,9)"),
        "numrange" => pair("[1.0,2.5)", "[3.5,4.0]"),
        "tsrange" => pair(
            "[\"2026-01-01 00:00:00\",\"2026-01-02 00:00:00\")",
            "[\"2028-02-29 00:00:00\",\"2028-03-01 00:00:00\")",
        ),
        "tstzrange" => alone("[2026-01-01 00:00:00+00,2026-01-02 00:00:00+00)"),
        "daterange" => pair("[2026-01-01,2026-01-02)", "[2028-02-29,2028-03-02)"),
        "int4multirange" | "int8multirange" => pair("{[1,5)}", "{[1,5),[6,9)}"),
        "nummultirange" => pair("{[1.0,2.5)}", "{}"),
        "datemultirange" => pair("{[2026-01-01,2026-01-02)}", "{}"),
        "tsmultirange" | "tstzmultirange" => alone("{}"),
        "point" => pair("(1,2)", "(3,4)"),
        "line" => pair("{1,-1,0}", "{2,-1,0}"),
        "lseg" => pair("[(0,0),(1,1)]", "[(0,0),(2,2)]"),
        "box" => pair("(1,1),(0,0)", "(2,2),(0,0)"),
        "polygon" => pair("((0,0),(0,1),(1,0))", "((0,0),(0,2),(2,0))"),
        "path" => pair("((0,0),(1,1))", "[(0,0),(2,2)]"),
        "circle" => pair("<(0,0),1>", "<(0,0),2>"),
        "tsvector" => pair("'lamp':1", "'lamp':1 'small':2"),
        "tsquery" => pair("'lamp'", "'lamp' & 'small'"),
        "money" => alone("1.50"),
        "xml" => pair("<item/>", "<item number=\"2\"/>"),
        "\"char\"" => pair("a", "b"),
        "xid" | "cid" | "xid8" => pair("5", "7"),
        "pg_lsn" => pair("16/B374D848", "16/B374D849"),
        "jsonpath" => pair("$.\"a\"", "$.\"b\""),
        "hstore" => pair("\"a\"=>\"1\"", "\"b\"=>\"2\""),
        "ltree" => pair("top.one", "top.two"),
        "name" => pair("one", "two"),
        "set" => {
            let members: Vec<&str> = plain.split('\'').skip(1).step_by(2).collect();
            Some(((*members.first()?).to_owned(), members.get(1).map(|member| (*member).to_owned())))
        }
        _ => None,
    }
}

/// A text or decimal type with its limits, in the words of SQLAlchemy's reflection: `VARCHAR(40)`, `NUMERIC(12, 4)`.
pub(super) fn spelled(declared: &str) -> Option<String> {
    let (word, rest) = declared.split_once('(')?;
    let (limits, flags) = rest.split_once(')')?;
    let word = match word.trim().to_ascii_lowercase().as_str() {
        "varchar" | "character varying" => "VARCHAR",
        "char" | "character" => "CHAR",
        "nvarchar" => "NVARCHAR",
        "nchar" => "NCHAR",
        "numeric" => "NUMERIC",
        "decimal" => "DECIMAL",
        _ => return None,
    };
    let limits: Vec<&str> = limits.split(',').map(str::trim).collect();
    (flags.is_empty() && limits.iter().all(|limit| limit.parse::<u32>().is_ok()))
        .then(|| format!("{word}({})", limits.join(", ")))
}

/// Geometries of MySQL and MariaDB, as well-known text.
fn geometry(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "point" | "geometry" => ("POINT(1 2)", "POINT(3 4)"),
        "linestring" => ("LINESTRING(0 0,1 1)", "LINESTRING(0 0,2 2)"),
        "polygon" => ("POLYGON((0 0,0 1,1 0,0 0))", "POLYGON((0 0,0 2,2 0,0 0))"),
        "multipoint" => ("MULTIPOINT(0 0,1 1)", "MULTIPOINT(0 0,2 2)"),
        "multilinestring" => ("MULTILINESTRING((0 0,1 1))", "MULTILINESTRING((0 0,2 2))"),
        "multipolygon" => ("MULTIPOLYGON(((0 0,0 1,1 0,0 0)))", "MULTIPOLYGON(((0 0,0 2,2 0,0 0)))"),
        "geometrycollection" | "geomcollection" => ("GEOMETRYCOLLECTION(POINT(1 2))", "GEOMETRYCOLLECTION(POINT(3 4))"),
        _ => return None,
    })
}
