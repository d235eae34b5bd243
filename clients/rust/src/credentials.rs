//! What a kubeconfig of fauxkube gives its client.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Error;

/// A server, whom it is trusted by, and who asks.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) server: String,
    pub(crate) authority: Vec<u8>,
    pub(crate) certificate: Option<Vec<u8>>,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) token: Option<String>,
}

impl Credentials {
    /// Reads what fauxkube writes: one cluster and one user, each field on a line of its own.
    pub(crate) fn read(kubeconfig: &str) -> Result<Self, Error> {
        let decoded = |name| field(kubeconfig, name).and_then(|text| STANDARD.decode(text).ok());
        let authority = decoded("certificate-authority-data");
        let (Some(server), Some(authority)) = (field(kubeconfig, "server"), authority) else {
            return Err(Error::Kubeconfig(
                "the kubeconfig has no server or no certificate-authority-data: fauxkube did not write it".to_owned(),
            ));
        };
        Ok(Self {
            server: server.trim_end_matches('/').to_owned(),
            authority,
            certificate: decoded("client-certificate-data"),
            key: decoded("client-key-data"),
            token: field(kubeconfig, "token").map(str::to_owned),
        })
    }
}

fn field<'a>(kubeconfig: &'a str, name: &str) -> Option<&'a str> {
    kubeconfig.lines().find_map(|line| {
        let (key, value) = line.trim_start_matches([' ', '-']).split_once(':')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (key == name && !value.is_empty()).then_some(value)
    })
}
