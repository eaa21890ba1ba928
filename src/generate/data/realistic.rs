//! Values that look as if people had typed them, by a column's name and type.

use fake::Fake;
use fake::faker::address::raw::{BuildingNumber, CityName, CountryCode, CountryName, PostCode, StateName, StreetName};
use fake::faker::company::raw::{CatchPhrase, CompanyName, Industry, Profession};
use fake::faker::internet::raw::{DomainSuffix, IPv4, UserAgent};
use fake::faker::lorem::raw::{Paragraph, Sentence, Word};
use fake::faker::name::raw::{FirstName, LastName};
use fake::locales::{DE_DE, EN, FR_FR, JA_JP};
use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::special;
use super::value::{Value, date_time};
use crate::schema::{Column, DataType, Table, TypeKind};

type Random = Xoshiro256PlusPlus;

const ADJECTIVES: [&str; 10] =
    ["Small", "Classic", "Folding", "Cordless", "Organic", "Heavy", "Compact", "Royal", "Blue", "Handmade"];
const THINGS: [&str; 12] =
    ["Desk", "Lamp", "Kettle", "Backpack", "Chair", "Notebook", "Drill", "Teapot", "Bicycle", "Clock", "Shelf", "Mug"];
const PEOPLE: [&str; 12] = [
    "customer", "user", "person", "people", "employee", "contact", "author", "patient", "student", "member", "client",
    "staff",
];

/// Whether values of the type are known.
pub(super) fn is_known(data_type: &DataType) -> bool {
    data_type.kind != TypeKind::Other || special::value(&data_type.sql, &mut Random::seed_from_u64(0)).is_some()
}

/// A value for `column` of `table`.
pub(super) fn value(table: &Table, column: &Column, random: &mut Random) -> Value {
    of_kind(table, column, &column.data_type, random)
}

fn of_kind(table: &Table, column: &Column, data_type: &DataType, random: &mut Random) -> Value {
    let name = column.name.to_lowercase();
    match &data_type.kind {
        TypeKind::Integer { bits } => integer(&name, *bits, random),
        TypeKind::Numeric { precision, scale } => decimal(&name, *precision, *scale, random),
        TypeKind::Float { .. } => Value::Float(f64::from(random.random_range(-900_000..900_000)) / 10_000.0),
        TypeKind::Boolean => Value::Boolean(random.random_bool(0.5)),
        TypeKind::Text { length } => Value::Text(fitted(text(table, &name, *length, random), *length)),
        TypeKind::Binary { length } => {
            let size = length.unwrap_or(32).min(32);
            Value::Binary((0..size).map(|_| random.random()).collect())
        }
        TypeKind::Date => Value::text(moment(&name, random).date().to_string()),
        TypeKind::Time => Value::text(moment(&name, random).time().strftime("%H:%M:%S.%6f").to_string()),
        TypeKind::DateTime { .. } => Value::Text(date_time(moment(&name, random))),
        TypeKind::Interval => {
            Value::text(format!("{:02}:{:02}:00", random.random_range(0..24), random.random_range(0..60)))
        }
        TypeKind::Enum { values, .. } => values.choose(random).map_or(Value::Null, Value::text),
        TypeKind::Json => {
            let word: &str = Word(EN).fake_with_rng(random);
            let number = random.random_range(1..100);
            Value::Text(serde_json::json!({"label": word, "count": number, "tags": [word]}).to_string())
        }
        TypeKind::Uuid => Value::Text(uuid(random, true)),
        // An empty array is a value whatever its elements are.
        TypeKind::Array { element } if !is_known(element) => Value::text("{}"),
        TypeKind::Array { element } => match of_kind(table, column, element, random) {
            Value::Text(text) => Value::text(format!("{{\"{}\"}}", text.replace('\\', r"\\").replace('"', "\\\""))),
            Value::Integer(number) => Value::text(format!("{{{number}}}")),
            Value::Decimal(number) => Value::text(format!("{{{number}}}")),
            _ => Value::text("{}"),
        },
        TypeKind::Other => Value::text(special::value(&data_type.sql, random).unwrap_or_else(|| "1".to_owned())),
    }
}

fn says(name: &str, words: &[&str]) -> bool {
    let parts: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    words.iter().any(|word| parts.contains(word) || (word.contains('_') && name.contains(word)))
}

fn integer(name: &str, bits: u8, random: &mut Random) -> Value {
    let range = if says(name, &["quantity", "qty", "amount", "stock", "items"]) {
        1..=50
    } else if says(name, &["age"]) {
        18..=90
    } else if says(name, &["year"]) {
        1990..=2030
    } else if says(name, &["month"]) {
        1..=12
    } else if says(name, &["day"]) {
        1..=28
    } else if says(name, &["rating", "stars", "score", "priority", "level"]) {
        1..=5
    } else if says(name, &["position", "sort", "rank", "percent", "percentage", "discount", "weight"]) {
        1..=100
    } else if bits <= 8 {
        0..=100
    } else {
        1..=10_000
    };
    Value::Integer(random.random_range(range))
}

fn decimal(name: &str, precision: Option<u32>, scale: Option<u32>, random: &mut Random) -> Value {
    let scale = scale.unwrap_or(2).min(18) as usize;
    let whole = precision.map_or(6, |precision| (precision as usize).saturating_sub(scale)).min(6);
    let (low, high) = match name {
        name if says(name, &["latitude", "lat"]) => (-90, 90),
        name if says(name, &["longitude", "lng", "lon"]) => (-180, 180),
        name if says(name, &["rate", "percent", "percentage", "discount", "tax", "vat"]) => (0, 30),
        _ => (0, 2_000),
    };
    let most = 10_i64.pow(u32::try_from(whole).unwrap_or(0)) - 1;
    let number = random.random_range(low.max(-most)..=high.min(most));
    let digits: String = (0..scale).map(|_| char::from(b'0' + random.random_range(0..10))).collect();
    Value::Decimal(if scale == 0 { number.to_string() } else { format!("{number}.{digits}") })
}

fn moment(name: &str, random: &mut Random) -> DateTime {
    let start = if says(name, &["birth", "birthday", "birthdate", "born", "dob"]) {
        date(1950, 1, 1)
    } else if says(name, &["due", "expires", "expiry", "valid_until", "end", "until", "ends"]) {
        date(2026, 1, 1)
    } else {
        date(2021, 1, 1)
    };
    let later = random.random_range(0..i64::from(if start.year() == 1950 { 18_000 } else { 1_500 }) * 86_400);
    start.at(0, 0, 0, 0).saturating_add(later.seconds())
}

fn text(table: &Table, name: &str, length: Option<u32>, random: &mut Random) -> String {
    let person = PEOPLE.iter().any(|word| table.name.name.to_lowercase().contains(word));
    if says(name, &["email", "mail", "e_mail"]) {
        let (first, last) = (plain(FirstName(EN).fake_with_rng(random)), plain(LastName(EN).fake_with_rng(random)));
        return format!("{first}.{last}{}@example.com", random.random_range(1..1000)).to_lowercase();
    }
    if says(name, &["phone", "mobile", "tel", "telephone", "fax", "cell"]) {
        return format!("+44 20 7946 {:04}", random.random_range(0..1000));
    }
    if says(name, &["first_name", "firstname", "given_name", "forename"]) {
        return first_name(random);
    }
    if says(name, &["last_name", "lastname", "surname", "family_name"]) {
        return last_name(random);
    }
    if says(name, &["username", "login", "nickname", "user_name"]) {
        return format!(
            "{}{}",
            plain(FirstName(EN).fake_with_rng(random)).to_lowercase(),
            random.random_range(1..10_000)
        );
    }
    if says(name, &["company", "organisation", "organization", "employer", "supplier", "vendor", "brand"]) {
        return CompanyName(EN).fake_with_rng(random);
    }
    if says(name, &["street", "address", "address_line", "address1", "line1"]) {
        let (number, street): (String, String) =
            (BuildingNumber(EN).fake_with_rng(random), StreetName(EN).fake_with_rng(random));
        return format!("{number} {street}");
    }
    if says(name, &["city", "town"]) {
        return CityName(EN).fake_with_rng(random);
    }
    if says(name, &["zip", "zipcode", "postcode", "postal", "postal_code", "zip_code"]) {
        return PostCode(EN).fake_with_rng(random);
    }
    if says(name, &["country", "country_code", "nationality"]) {
        return if length.is_some_and(|length| length <= 3) || says(name, &["code"]) {
            CountryCode(EN).fake_with_rng(random)
        } else {
            CountryName(EN).fake_with_rng(random)
        };
    }
    if says(name, &["region", "province", "county"]) {
        return StateName(EN).fake_with_rng(random);
    }
    if says(name, &["url", "website", "link", "homepage", "uri", "href"]) {
        let (word, suffix): (&str, &str) = (Word(EN).fake_with_rng(random), DomainSuffix(EN).fake_with_rng(random));
        return format!("https://www.example.{suffix}/{word}/{}", random.random_range(1..1000));
    }
    if says(name, &["slug"]) {
        let (one, two): (&str, &str) = (Word(EN).fake_with_rng(random), Word(EN).fake_with_rng(random));
        return format!("{one}-{two}-{}", random.random_range(1..1000));
    }
    if says(name, &["uuid", "guid"]) || length == Some(36) {
        return uuid(random, length != Some(32));
    }
    if says(name, &["ip", "ip_address", "remote_addr"]) {
        return IPv4(EN).fake_with_rng(random);
    }
    if says(name, &["user_agent", "agent"]) {
        return UserAgent(EN).fake_with_rng(random);
    }
    if says(name, &["currency"]) {
        return (*["EUR", "USD", "GBP", "JPY", "CHF"].choose(random).unwrap_or(&"EUR")).to_owned();
    }
    if says(name, &["language", "locale", "lang"]) {
        return (*["en", "de", "fr", "ar", "ja"].choose(random).unwrap_or(&"en")).to_owned();
    }
    if says(name, &["color", "colour"]) {
        return format!("#{:06x}", random.random_range(0..0x0100_0000));
    }
    if says(name, &["password", "hash", "token", "secret", "key", "digest", "checksum", "fingerprint"]) {
        return (0..length.unwrap_or(40).min(40))
            .map(|_| char::from(b"0123456789abcdef"[random.random_range(0..16_usize)]))
            .collect();
    }
    if says(name, &["sku", "code", "number", "barcode", "ref", "reference", "serial", "isbn", "ean"]) {
        let first = char::from(b'A' + random.random_range(0..26_u8));
        return format!("{first}{first}-{:05}", random.random_range(0..100_000));
    }
    if says(name, &["job", "profession", "occupation", "position"]) {
        return Profession(EN).fake_with_rng(random);
    }
    if says(name, &["industry", "sector"]) {
        return Industry(EN).fake_with_rng(random);
    }
    if says(
        name,
        &["description", "notes", "note", "comment", "body", "content", "text", "bio", "summary", "message", "details"],
    ) {
        return if length.is_some_and(|length| length < 200) {
            Sentence(EN, 3..8).fake_with_rng(random)
        } else {
            Paragraph(EN, 1..4).fake_with_rng(random)
        };
    }
    if says(name, &["slogan", "tagline", "headline", "subject", "title"]) {
        return CatchPhrase(EN).fake_with_rng(random);
    }
    if says(name, &["name", "label", "fullname", "full_name", "display_name"]) {
        return if person {
            format!("{} {}", first_name(random), last_name(random))
        } else {
            let pick = |words: &[&'static str], random: &mut Random| words.choose(random).copied().unwrap_or_default();
            format!("{} {}", pick(&ADJECTIVES, random), pick(&THINGS, random))
        };
    }
    let words: Vec<&str> = (0..random.random_range(1..4)).map(|_| Word(EN).fake_with_rng(random)).collect();
    words.join(" ")
}

fn first_name(random: &mut Random) -> String {
    match random.random_range(0..10) {
        0 => FirstName(FR_FR).fake_with_rng(random),
        1 => FirstName(DE_DE).fake_with_rng(random),
        2 => FirstName(JA_JP).fake_with_rng(random),
        _ => FirstName(EN).fake_with_rng(random),
    }
}

fn last_name(random: &mut Random) -> String {
    match random.random_range(0..10) {
        0 => LastName(FR_FR).fake_with_rng(random),
        1 => LastName(DE_DE).fake_with_rng(random),
        2 => "O'Brien".to_owned(),
        _ => LastName(EN).fake_with_rng(random),
    }
}

fn plain(name: String) -> String {
    name.chars().filter(char::is_ascii_alphabetic).collect()
}

fn uuid(random: &mut Random, dashes: bool) -> String {
    let bits: u128 = random.random();
    // Version 4, variant 1.
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    if !dashes {
        return hex;
    }
    [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)].map(|(from, to)| hex.get(from..to).unwrap_or_default()).join("-")
}

/// At most `length` characters.
pub(super) fn fitted(text: String, length: Option<u32>) -> String {
    match length {
        Some(length) if text.chars().count() > length as usize => {
            text.chars().take(length as usize).collect::<String>().trim_end().to_owned()
        }
        _ => text,
    }
}
