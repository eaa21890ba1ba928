//! Being asked to end.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::Error;

/// Hears the signals that ask the process to end, and remembers them.
#[derive(Debug, Clone)]
pub struct Ending(watch::Receiver<bool>);

impl Ending {
    /// Begins to listen. Where no signal can be heard, nobody is waited for.
    pub fn listen() -> Self {
        let (told, asked) = watch::channel(false);
        if let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        {
            tokio::spawn(async move {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                // Nobody is left to be told when the work is done.
                let _ = told.send(true);
            });
        }
        Self(asked)
    }

    /// Does the work, unless the process is asked to end before it is done.
    ///
    /// # Errors
    /// [`Error::Interrupted`], or that of the work.
    pub async fn or<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Error>
    where
        Error: From<E>,
    {
        let mut asked = self.0.clone();
        let told = async {
            if asked.wait_for(|asked| *asked).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            // Listening begins before the work does.
            biased;
            () = told => Err(Error::Interrupted),
            done = work => Ok(done?),
        }
    }
}
