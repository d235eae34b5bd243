//! Commands in containers.

use anyhow::{Context, Result, bail, ensure};
use checks::{Place, same};
use futures::SinkExt;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::Api;
use kube::api::{AttachParams, AttachedProcess, TerminalSize};
use kube::client::UpgradeConnectionError;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::{api, running};

async fn read(from: Option<impl AsyncRead + Unpin>) -> Result<String> {
    let mut text = String::new();
    from.context("no such output")?.read_to_string(&mut text).await?;
    Ok(text)
}

async fn status(process: &mut AttachedProcess) -> Result<Status> {
    process.take_status().context("no status to wait for")?.await.context("no status")
}

fn succeeded(status: &Status) -> Result<()> {
    same("the status", status.status.as_deref(), Some("Success"))
}

/// What a command wrote that ended well.
async fn output(pods: &Api<Pod>, command: &[&str]) -> Result<String> {
    let mut process = pods.exec("box", command.to_vec(), &AttachParams::default()).await?;
    let ended = process.take_status().context("no status to wait for")?;
    let (stdout, stderr) = (process.stdout(), process.stderr());
    let (said, complained) = tokio::try_join!(read(stdout), read(stderr))?;
    let status = ended.await.context("no status")?;
    ensure!(complained.is_empty(), "{complained}");
    succeeded(&status)?;
    process.join().await?;
    Ok(said)
}

pub async fn exec(place: &Place) -> Result<()> {
    let pods = api(place);
    same("what it says", output(&pods, &["sh", "-c", "seq 1 3"]).await?, "1\n2\n3\n")?;
    let long = output(&pods, &["sh", "-c", "seq 1 20000"]).await?;
    same("the lines of a long one", long.lines().count(), 20000)?;

    let params = AttachParams::default().container("main");
    let mut process = pods.exec("box", ["sh", "-c", "echo out; echo err >&2; exit 7"], &params).await?;
    let ended = process.take_status().context("no status to wait for")?;
    let (stdout, stderr) = (process.stdout(), process.stderr());
    let (out, err) = tokio::try_join!(read(stdout), read(stderr))?;
    same("its outputs", (out.as_str(), err.as_str()), ("out\n", "err\n"))?;
    let status = ended.await.context("no status")?;
    same(
        "the reason",
        (status.status.as_deref(), status.reason.as_deref()),
        (Some("Failure"), Some("NonZeroExitCode")),
    )?;
    let causes = status.details.and_then(|details| details.causes).unwrap_or_default();
    let told: Vec<_> = causes.iter().map(|cause| (cause.reason.as_deref(), cause.message.as_deref())).collect();
    same("the causes", told, [(Some("ExitCode"), Some("7"))])?;
    let message = "command terminated with non-zero exit code";
    ensure!(status.message.as_ref().is_some_and(|said| said.starts_with(message)), "{:?}", status.message);
    process.join().await?;
    Ok(())
}

pub async fn stdin(place: &Place) -> Result<()> {
    let params = AttachParams::default().stdin(true).stderr(false);
    let mut process = api(place).exec("box", ["sh", "-c", "wc -c; echo after"], &params).await?;
    let mut stdin = process.stdin().context("no input")?;
    let stdout = process.stdout();
    let ended = process.take_status().context("no status to wait for")?;
    let write = async {
        stdin.write_all("x".repeat(100_000).as_bytes()).await?;
        stdin.shutdown().await?;
        anyhow::Ok(())
    };
    let ((), said) = tokio::try_join!(write, read(stdout))?;
    same("what it says", said.split_whitespace().collect::<Vec<_>>(), ["100000", "after"])?;
    succeeded(&ended.await.context("no status")?)
}

pub async fn shell(place: &Place) -> Result<()> {
    let params = AttachParams::default().stdin(true).stderr(false);
    let mut process = api(place).exec("box", ["sh"], &params).await?;
    let mut stdin = process.stdin().context("no input")?;
    let mut lines = BufReader::new(process.stdout().context("no output")?).lines();
    for number in 1..=3 {
        stdin.write_all(format!("echo test string {number}\n").as_bytes()).await?;
        let line = lines.next_line().await?.context("it has ended")?;
        same("a line", line, format!("test string {number}"))?;
    }
    stdin.write_all(b"exit 3\n").await?;
    let status = status(&mut process).await?;
    same("the reason", status.reason.as_deref(), Some("NonZeroExitCode"))?;
    same("what comes after it", lines.next_line().await?, None)
}

pub async fn terminal(place: &Place) -> Result<()> {
    let params = AttachParams::interactive_tty();
    let mut process = api(place)
        .exec(
            "box",
            ["sh", "-c", "read line; until [ \"$(stty size)\" = \"43 132\" ]; do sleep 0.1; done; tty"],
            &params,
        )
        .await?;
    let mut size = process.terminal_size().context("no terminal")?;
    size.send(TerminalSize { width: 132, height: 43 }).await?;
    let mut stdin = process.stdin().context("no input")?;
    stdin.write_all(b"go\r").await?;
    let stdout = process.stdout();
    let said = read(stdout).await?;
    // A terminal shows what is typed, and ends lines with two characters.
    let lines: Vec<&str> = said.split("\r\n").collect();
    ensure!(lines.len() == 3 && lines[0] == "go" && lines[1].starts_with("/dev/"), "{said:?}");
    ensure!(process.stderr().is_none(), "a terminal has two outputs");
    Ok(())
}

pub async fn attach(place: &Place) -> Result<()> {
    let script = "while read line; do echo \"got $line\"; done; echo bye >&2; exit 4";
    running(
        place,
        "echo",
        json!({"image": "busybox", "stdin": true, "stdinOnce": true, "command": ["sh", "-c", script]}),
    )
    .await?;
    let params = AttachParams::default().stdin(true);
    let mut process = api(place).attach("echo", &params).await?;
    let mut stdin = process.stdin().context("no input")?;
    let mut lines = BufReader::new(process.stdout().context("no output")?).lines();
    let stderr = process.stderr();
    for word in ["one", "two"] {
        stdin.write_all(format!("{word}\n").as_bytes()).await?;
        same("the answer", lines.next_line().await?, Some(format!("got {word}")))?;
    }
    stdin.shutdown().await?;
    same("its last words", read(stderr).await?, "bye\n")?;
    let code = |pod: Option<&Pod>| {
        let states = pod.and_then(|pod| pod.status.as_ref()?.container_statuses.as_ref());
        states.and_then(|states| Some(states[0].state.as_ref()?.terminated.as_ref()?.exit_code)) == Some(4)
    };
    kube::runtime::wait::await_condition(api(place), "echo", code).await?;
    Ok(())
}

pub async fn copy(place: &Place) -> Result<()> {
    let pods = api(place);
    let mut archive = tar::Builder::new(Vec::new());
    let content: Vec<u8> = (0..50_000_u32).map(|number| (number % 251) as u8).collect();
    for (name, content) in [("data/numbers", content.as_slice()), ("data/deep/greeting", b"hello")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o640);
        archive.append_data(&mut header, name, content)?;
    }
    let params = AttachParams::default().stdin(true).stderr(false);
    let mut process = pods.exec("box", ["tar", "xf", "-", "-C", "/"], &params).await?;
    let mut stdin = process.stdin().context("no input")?;
    stdin.write_all(&archive.into_inner()?).await?;
    stdin.shutdown().await?;
    drop(stdin);
    succeeded(&status(&mut process).await?)?;
    let listed = output(&pods, &["sh", "-c", "cat /data/deep/greeting; stat -c %a:%s /data/numbers"]).await?;
    same("the files", listed, "hello640:50000\n")?;

    let mut process =
        pods.exec("box", ["tar", "cf", "-", "-C", "/", "data"], &AttachParams::default().stderr(false)).await?;
    let mut bytes = Vec::new();
    process.stdout().context("no output")?.read_to_end(&mut bytes).await?;
    let mut found = Vec::new();
    for entry in tar::Archive::new(bytes.as_slice()).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let mut read = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut read)?;
            found.push((entry.path()?.display().to_string(), read.len(), read == content));
        }
    }
    found.sort();
    same("what came back", found, [("data/deep/greeting".into(), 5, false), ("data/numbers".into(), 50_000, true)])
}

pub async fn refused(place: &Place) -> Result<()> {
    let pods = api(place);
    let upgrade = |answer: kube::Result<AttachedProcess>| match answer {
        Err(kube::Error::UpgradeConnection(UpgradeConnectionError::ProtocolSwitch(code))) => Ok(code.as_u16()),
        Err(kube::Error::Api(status)) => Ok(status.code),
        Err(error) => Err(error.into()),
        Ok(_) => bail!("it runs"),
    };
    let params = AttachParams::default();
    same("no such pod", upgrade(pods.exec("absent", ["true"], &params).await)?, 404)?;
    let other = AttachParams::default().container("absent");
    same("no such container", upgrade(pods.exec("box", ["true"], &other).await)?, 400)?;
    let mut process = pods.exec("box", ["no-such-program"], &params).await?;
    let status = status(&mut process).await?;
    same("no such program", status.status.as_deref(), Some("Failure"))?;
    ensure!(status.message.as_ref().is_some_and(|said| said.contains("no-such-program")), "{:?}", status.message);
    if !place.is_admin {
        let others: Api<Pod> = Api::namespaced(place.client.clone(), "default");
        same("pods of others", upgrade(others.exec("any", ["true"], &params).await)?, 403)?;
    }
    Ok(())
}
