//! The whole report as one file that works without a network.
//!
//! The template escapes whatever it is given; only what [`inline`], [`code`] and the diagram wrote is let through.
//! A content security policy names the one script by its digest, so that nothing else runs even if it got in.

mod code;
mod evidence;
mod inline;
mod series;
mod view;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tera::{Context, Tera};

pub(super) use inline::escape;
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
    context.insert("script_hash", &format!("sha256-{}", STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()))));
    Ok(tera.render("page.html", &context)?)
}
