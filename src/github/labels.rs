//! Labels of pull requests.

use http::Method;
use serde_json::json;

use super::client::{Client, Repeat, part};
use super::pulls::Label;
use super::{Error, Result};

impl Client {
    /// The names of a pull request's labels.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn labels(&self, number: u64) -> Result<Vec<String>> {
        let path = self.repository_path(&format!("/issues/{number}/labels"));
        let labels: Vec<Label> = self.read_all("the labels", &path, None).await?;
        Ok(labels.into_iter().map(|label| label.name).collect())
    }

    /// Makes a label that pull requests can have, unless there is one of that name. `colour` is six hexadecimal digits.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn create_label(&self, name: &str, colour: &str, description: &str) -> Result<()> {
        let body = json!({"name": name, "color": colour, "description": description});
        let path = self.repository_path("/labels");
        match self.write_blindly(Repeat::Freely, "the label", Method::POST, &path, &body).await {
            // What GitHub refuses here is a name that is taken.
            Err(Error::Refused { status: 422, .. }) => Ok(()),
            done => done,
        }
    }

    /// Gives a pull request a label.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn add_label(&self, number: u64, name: &str) -> Result<()> {
        let path = self.repository_path(&format!("/issues/{number}/labels"));
        self.write_blindly(Repeat::Freely, "the label", Method::POST, &path, &json!({"labels": [name]})).await
    }

    /// Takes a label away. One that is not there is no error.
    ///
    /// # Errors
    /// When GitHub does not do it.
    pub async fn remove_label(&self, number: u64, name: &str) -> Result<()> {
        let path = self.repository_path(&format!("/issues/{number}/labels/{}", part(name)));
        match self.write_blindly(Repeat::Freely, "the label", Method::DELETE, &path, &()).await {
            Err(Error::NotFound { .. }) => Ok(()),
            done => done,
        }
    }
}
