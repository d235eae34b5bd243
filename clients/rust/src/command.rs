//! Finds the program that serves clusters.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::Error;

/// A path, or several words.
const VARIABLE: &str = "FAUXKUBE_COMMAND";

/// The command that was given, that of the environment, what npm installed here or above, or that of the PATH.
pub(crate) fn find(given: &[String]) -> Result<Vec<String>, Error> {
    let text = env::var(VARIABLE).unwrap_or_default();
    let folder = env::current_dir().unwrap_or_default();
    find_in(given, &text, &folder, &env::var_os("PATH").unwrap_or_default())
}

fn find_in(given: &[String], text: &str, folder: &Path, path: &OsStr) -> Result<Vec<String>, Error> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    if !text.trim().is_empty() {
        return Ok(words(text.trim()));
    }
    // Asking npx for it would take a second, and may ask a registry.
    let installed = folder.ancestors().map(|parent| parent.join("node_modules").join(".bin"));
    let name = if cfg!(windows) { "fauxkube.cmd" } else { "fauxkube" };
    installed
        .chain(env::split_paths(path))
        .map(|bin: PathBuf| bin.join(name))
        .find(|program| program.is_file())
        .map(|program| vec![program.to_string_lossy().into_owned()])
        .ok_or_else(|| {
            let where_from = "npm install it (docs/test-kits.md, Installing)";
            Error::Start(format!("there is no fauxkube here: {where_from}, or set {VARIABLE}"))
        })
}

/// Those of a text, which may be the path of one program with blanks in it.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = if Path::new(text).exists() {
        vec![text.to_owned()]
    } else {
        text.split_whitespace().map(str::to_owned).collect()
    };
    if found[0].ends_with(".js") || found[0].ends_with(".mjs") {
        found.insert(0, "node".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn command_is_given_or_of_the_environment_or_found() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("with blank");
        let script = inner.join("cli.js");
        fs::create_dir_all(&inner).unwrap();
        fs::write(&script, "").unwrap();
        let script = script.to_str().unwrap();
        let path = root.path().as_os_str();
        let find = |given: &[&str], text: &str| {
            let given: Vec<String> = given.iter().map(|word| (*word).to_owned()).collect();
            find_in(&given, text, &inner, path)
        };
        assert_eq!(find(&["a", "b c"], script).unwrap(), ["a", "b c"]);
        assert_eq!(find(&[], script).unwrap(), ["node", script]);
        assert_eq!(find(&[], "npx  fauxkube ").unwrap(), ["npx", "fauxkube"]);
        let missing = find(&[], "").unwrap_err().to_string();
        assert!(missing.contains("Installing), or set FAUXKUBE_COMMAND"), "{missing}");
        for folder in [root.path().to_owned(), root.path().join("node_modules/.bin")] {
            fs::create_dir_all(&folder).unwrap();
            let program = folder.join("fauxkube");
            fs::write(&program, "").unwrap();
            assert_eq!(find(&[], "").unwrap(), [program.to_str().unwrap()]);
        }
    }
}
