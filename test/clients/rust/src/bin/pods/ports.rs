//! Ports of pods, over the API.

use anyhow::{Context, Result, ensure};
use checks::{Place, same};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use crate::{api, running};

/// Asks for each of these on one connection, and closes it.
async fn get(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    paths: &[&str],
) -> Result<Vec<(StatusCode, String)>> {
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut answers = Vec::new();
    for path in paths {
        sender.ready().await?;
        let request = Request::get(*path).header("host", "web").body(Empty::<Bytes>::new())?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        answers.push((head.status, String::from_utf8(body.collect().await?.to_bytes().to_vec())?));
    }
    drop(sender);
    connection.await??;
    Ok(answers)
}

pub async fn forward(place: &Place) -> Result<()> {
    running(place, "web", json!({"image": "nginx", "ports": [{"containerPort": 80}]})).await?;
    let pods = api(place);
    let mut forwarded = pods.portforward("web", &[80]).await?;
    let stream = forwarded.take_stream(80).context("no stream")?;
    ensure!(forwarded.take_stream(80).is_none(), "a second stream of one port");
    let answers = get(stream, &["/", "/absent"]).await?;
    same("the status", [answers[0].0, answers[1].0], [StatusCode::OK, StatusCode::NOT_FOUND])?;
    ensure!(answers[0].1.contains("Welcome to nginx!"), "{}", answers[0].1);
    forwarded.join().await?;

    let script =
        "mkdir /site; printf 'ready\\n' > /site/index.html; httpd -p 8081 -h /site; exec httpd -f -p 8082 -h /site";
    running(place, "two", json!({"image": "busybox", "command": ["sh", "-c", script]})).await?;
    let mut forwarded = pods.portforward("two", &[8081, 8082]).await?;
    let streams = (forwarded.take_stream(8081), forwarded.take_stream(8082));
    let (first, second) = (streams.0.context("no stream")?, streams.1.context("no stream")?);
    let (one, two) = tokio::try_join!(get(first, &["/index.html"]), get(second, &["/absent"]))?;
    same("the first answer", &one[0], &(StatusCode::OK, "ready\n".to_owned()))?;
    same("the second answer", two[0].0, StatusCode::NOT_FOUND)?;

    let mut closed = pods.portforward("web", &[9999]).await?;
    let error = closed.take_error(9999).context("no error to wait for")?;
    let mut stream = closed.take_stream(9999).context("no stream")?;
    // The connection may be closed before that is sent.
    drop(stream.write_all(b"hello").await);
    let said = error.await.context("no error")?;
    ensure!(said.contains("9999") && said.contains("refused"), "{said}");
    Ok(())
}
