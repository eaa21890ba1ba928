//! Values of types that mean something to one family of servers only, by the server's own words.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// A value of the type that a server calls `sql`, as its input takes it. `None`: no values are known.
pub(super) fn value(sql: &str, random: &mut Xoshiro256PlusPlus) -> Option<String> {
    // A type of an extension is called by the schema that it was put into.
    let plain =
        sql.rsplit_once('.').filter(|(_, name)| !name.is_empty() && !sql.contains('(')).map_or(sql, |(_, name)| name);
    let (name, size) = match plain.split_once('(') {
        Some((name, rest)) => (name, rest.split([')', ',']).next().and_then(|size| size.trim().parse::<usize>().ok())),
        None => (plain, None),
    };
    let mut byte = || random.random_range(1..255_u32);
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "inet" | "inet4" => format!("192.0.2.{}", byte()),
        "inet6" => format!("2001:db8::{:x}", byte()),
        "cidr" => format!("10.{}.0.0/16", byte()),
        "macaddr" => format!("02:00:00:00:{:02x}:{:02x}", byte(), byte()),
        "macaddr8" => format!("02:00:00:00:00:00:{:02x}:{:02x}", byte(), byte()),
        "bit" => bits(size.unwrap_or(1), byte()),
        "bit varying" => bits(size.unwrap_or(8).min(8), byte()),
        "int4range" | "int8range" | "numrange" => format!("[{},{})", byte(), 300 + byte()),
        "tsrange" => format!("[2024-01-01 00:00:00,2024-02-01 00:00:{:02})", byte() % 60),
        "tstzrange" => format!("[2024-01-01 00:00:00+00,2024-02-01 00:00:{:02}+00)", byte() % 60),
        "daterange" => format!("[2024-01-01,2024-02-{:02})", 1 + byte() % 28),
        "int4multirange" | "int8multirange" | "nummultirange" => format!("{{[{},{})}}", byte(), 300 + byte()),
        "datemultirange" => format!("{{[2024-01-01,2024-02-{:02})}}", 1 + byte() % 28),
        "tsmultirange" => "{[2024-01-01 00:00:00,2024-02-01 00:00:00)}".to_owned(),
        "tstzmultirange" => "{[2024-01-01 00:00:00+00,2024-02-01 00:00:00+00)}".to_owned(),
        "point" => format!("({},{})", byte(), byte()),
        "line" => format!("{{1,{},{}}}", byte(), byte()),
        "lseg" | "path" => format!("[(0,0),({},{})]", byte(), byte()),
        "box" => format!("({0},{0}),(0,0)", byte()),
        "polygon" => format!("((0,0),(0,{0}),({0},0))", byte()),
        "circle" => format!("<(0,0),{}>", byte()),
        "tsvector" => format!("'lamp':{} 'small':1", byte()),
        "tsquery" => "'lamp' & 'small'".to_owned(),
        "money" | "smallmoney" => format!("{}.50", byte()),
        "xml" => format!("<item number=\"{}\"/>", byte()),
        "\"char\"" => char::from(b'a' + (byte() % 26) as u8).to_string(),
        "oid" | "xid" | "cid" => byte().to_string(),
        "pg_lsn" => format!("0/{:X}", byte()),
        "jsonpath" => format!("$.\"a\"[{}]", byte()),
        "hstore" => format!("\"a\"=>\"{}\"", byte()),
        "ltree" => format!("top.n{}", byte()),
        "geometry" if size.is_none() && plain == name => format!("POINT({} {})", byte(), byte()),
        "linestring" => format!("LINESTRING(0 0,{} {})", byte(), byte()),
        "multipoint" => format!("MULTIPOINT(0 0,{} {})", byte(), byte()),
        "multilinestring" => format!("MULTILINESTRING((0 0,{} {}))", byte(), byte()),
        "multipolygon" => format!("MULTIPOLYGON(((0 0,0 {0},{0} 0,0 0)))", byte()),
        "geometrycollection" | "geomcollection" => format!("GEOMETRYCOLLECTION(POINT({} {}))", byte(), byte()),
        "year" => (1970 + byte() % 80).to_string(),
        "set" => first_of_set(plain)?,
        _ => return None,
    })
}

fn bits(length: usize, byte: u32) -> String {
    (0..length).map(|place| if byte >> (place % 8) & 1 == 1 { '1' } else { '0' }).collect()
}

/// The first member of `set('a','b')`.
fn first_of_set(sql: &str) -> Option<String> {
    let inner = sql.split_once('\'')?.1;
    Some(inner.split_once('\'')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn types_are_known_by_any_spelling_of_theirs() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut told = |sql: &str| value(sql, &mut random);
        assert_eq!(told("bit(3)").map(|bits| bits.len()), Some(3));
        assert!(told("public.hstore").is_some_and(|text| text.starts_with("\"a\"=>")));
        assert_eq!(told("set('red','blue')").as_deref(), Some("red"));
        assert_eq!(told("public.something"), None);
        assert_eq!(told("geometry(Point,4326)"), None);
    }
}
