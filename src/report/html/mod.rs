//! The whole report as one file that works without a network.
//!
//! The template escapes whatever it is given; only what [`inline`], [`code`] and the diagram wrote is let through.
//! A content security policy names the one script by its digest, so that nothing else runs even if it got in.

mod code;
mod evidence;
mod inline;
mod view;

use sha2::{Digest, Sha256};
use tera::{Context, Tera};

#[cfg(test)]
pub(super) use inline::sentence;

use super::facts::Facts;

const PAGE: &str = include_str!("../../../templates/report/page.html");
const STYLE: &str = include_str!("../../../templates/report/page.css");
const SCRIPT: &str = include_str!("../../../templates/report/page.js");

/// Why a page could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The template and its values do not fit together.
    #[error("the report's page could not be rendered")]
    Template(#[from] tera::Error),
}

/// The report as a self-contained page.
///
/// # Errors
///
/// [`Error::Template`] if the embedded template is broken, which no input can cause.
pub fn html(facts: &Facts) -> Result<String, Error> {
    let mut tera = Tera::new();
    tera.add_raw_template("page.html", PAGE)?;
    let mut context = Context::from_serialize(&view::page(facts))?;
    context.insert("style", STYLE);
    context.insert("script", SCRIPT);
    context.insert("script_hash", &format!("sha256-{}", base64(&Sha256::digest(SCRIPT.as_bytes()))));
    Ok(tera.render("page.html", &context)?)
}

/// Bytes as the alphabet that content security policies use.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0_u32, |number, at| number << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { letter as char } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_pads() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(super::base64(bytes.as_bytes()), text);
        }
    }
}
