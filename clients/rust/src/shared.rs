//! One server for the tests of a program.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Cluster, Error};

static SHARED: Mutex<Option<Cluster>> = Mutex::new(None);

/// The shared cluster, for as long as nobody else may have it.
pub struct Fresh {
    guard: MutexGuard<'static, Option<Cluster>>,
}

impl Deref for Fresh {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        self.guard.as_ref().expect("fresh() put it there")
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(cluster) = self.guard.as_mut() {
            cluster.remove_file();
        }
    }
}

/// The cluster that the tests of this program share, as new. The first that asks starts it, with its flags; tests that
/// run at the same time wait for each other. It ends with the program; the file of
/// its kubeconfig with each test.
///
/// # Errors
/// [`Error::Start`] with what the server said.
pub fn fresh(args: &[&str]) -> Result<Fresh, Error> {
    // A test that failed has left nothing that a reset would not take away.
    let mut guard = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    match guard.as_ref() {
        Some(cluster) => cluster.reset()?,
        None => *guard = Some(Cluster::start(args)?),
    }
    Ok(Fresh { guard })
}
