//! How a server begins and ends.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use fauxkube::{Cluster, Error, Options};

/// With this variable this program starts a cluster, says where its kubeconfig is, and dies.
const DIES: &str = "FAUXKUBE_RUST_TEST_DIES";

/// With this one it has a test that shares a cluster, which nobody ends.
const LEAVES: &str = "FAUXKUBE_RUST_TEST_LEAVES";

fn is_served(kubeconfig: &str) -> bool {
    Cluster::connect(kubeconfig).unwrap().admin("GET", "/version", None).is_ok()
}

fn failure(options: &Options) -> String {
    match Cluster::start_with(options) {
        Err(Error::Start(said)) => said,
        other => panic!("{:?}", other.map(|_| "it started")),
    }
}

fn command(words: &[&str]) -> Options {
    Options { command: words.iter().map(|word| (*word).to_owned()).collect(), ..Options::default() }
}

#[test]
fn drop_ends_the_server_and_removes_its_files() {
    let cluster = Cluster::start(&["--nodes=0"]).unwrap();
    let kubeconfig = cluster.kubeconfig().to_owned();
    let path = cluster.kubeconfig_path().unwrap().to_owned();
    assert!(is_served(&kubeconfig));
    drop(cluster);
    assert!(!is_served(&kubeconfig));
    assert!(!path.parent().unwrap().exists());
}

#[test]
fn server_ends_with_a_process_that_aborts() {
    if env::var_os(DIES).is_some() {
        let cluster = Cluster::start(&["--nodes=0"]).unwrap();
        println!("\nkubeconfig {}", cluster.kubeconfig_path().unwrap().display());
        std::process::abort();
    }
    let name = "server_ends_with_a_process_that_aborts";
    let program = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(DIES, "1")
        .output()
        .unwrap();
    assert!(!program.status.success());
    let said = String::from_utf8(program.stdout).unwrap();
    let path = Path::new(said.lines().find_map(|line| line.strip_prefix("kubeconfig ")).unwrap());
    let kubeconfig = fs::read_to_string(path).unwrap();
    let give_up = Instant::now() + Duration::from_secs(10);
    while is_served(&kubeconfig) {
        assert!(Instant::now() < give_up, "it goes on");
        sleep(Duration::from_millis(20));
    }
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[test]
fn files_go_with_a_program_that_drops_nothing() {
    if env::var_os(LEAVES).is_some() {
        let fresh = fauxkube::fresh(&["--nodes=0"]).unwrap();
        assert!(fresh.kubeconfig_path().unwrap().exists());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "files_go_with_a_program_that_drops_nothing";
    let program = Command::new(env::current_exe().unwrap())
        .args(["--exact", name])
        .env(LEAVES, "1")
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    assert!(program.status.success());
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("fauxkube-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_a_start_says_is_told() {
    let said = failure(&Options { args: vec!["--nodes=many".to_owned()], ..Options::default() });
    assert!(said.contains("start ended with 2: ") && said.contains("whole number"), "{said}");
}

#[test]
fn server_that_is_not_ready_in_time_is_ended() {
    let never = command(&["node", "-e", "process.stdin.resume()"]);
    let said = failure(&Options { timeout: Duration::from_millis(500), ..never });
    assert!(said.contains("was not ready after 500ms"), "{said}");
}

#[test]
fn program_that_is_not_there_is_named() {
    let said = failure(&command(&["no-such-program"]));
    assert!(said.starts_with("no-such-program cannot be run: "), "{said}");
}
