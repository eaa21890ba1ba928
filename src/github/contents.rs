//! Files of a revision, read without a checkout.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::client::{Client, part};
use super::{Error, Result};

/// Where GitHub looks for owners of code, in its order.
const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

impl Client {
    /// The text of a file at a revision. `None` if the revision has none there.
    ///
    /// # Errors
    /// When it is no text of up to 1 MiB, or GitHub does not tell.
    pub async fn file_at(&self, path: &str, revision: &str) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            encoding: String,
            #[serde(default)]
            content: String,
        }
        let what = format!("the file {path}");
        let parts: Vec<String> = path.split('/').filter(|name| !name.is_empty()).map(part).collect();
        let address = self.repository_path(&format!("/contents/{}?ref={}", parts.join("/"), part(revision)));
        let Some(answer) = self.read_if_there::<Answer>(&what, &address).await? else { return Ok(None) };
        let unfit = |message: &str| Error::Unexpected { what: what.clone(), message: message.to_owned() };
        if answer.encoding != "base64" {
            return Err(unfit("its text is not in it, as of a file of more than 1 MiB"));
        }
        let packed: String = answer.content.chars().filter(|letter| !letter.is_whitespace()).collect();
        let bytes = STANDARD.decode(packed).map_err(|_| unfit("it is not base64"))?;
        String::from_utf8(bytes).map(Some).map_err(|_| unfit("it is no UTF-8 text"))
    }

    /// The file that names the owners of code, at a revision. `None` if there is none.
    ///
    /// # Errors
    /// As for a file.
    pub async fn code_owners_at(&self, revision: &str) -> Result<Option<String>> {
        for path in CODEOWNERS {
            if let Some(text) = self.file_at(path, revision).await? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }
}
