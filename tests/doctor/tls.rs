//! The public address with TLS: what is wrong with a certificate, in its own words, and what is served without one.

use std::path::Path;

use housekey::config::Mode;

use super::run_in;
use crate::support::certificate::Certificate;
use crate::support::{Fault, Proxy, TestApp, peer};

/// What the doctor says about the server behind this proxy. `authority`: whom its machine trusts.
fn doctor(app: &TestApp, port: u16, authority: Option<&Path>) -> (bool, String) {
    let toml = format!(
        "issuer = \"{}\"\ndata_dir = \"{}\"\nserver.listen = \"127.0.0.1:{port}\"\nserver.reachable_networks = [\"127.0.0.0/8\", \"::1/128\"]\nsign_in.methods = [\"password\"]\n",
        app.issuer,
        app.folder.path().display()
    );
    let trust: Vec<_> = authority.iter().map(|path| ("SSL_CERT_FILE", path.to_str().unwrap())).collect();
    run_in(app.folder.path(), &toml, &trust, &["doctor"], "")
}

async fn behind(certificate: &Certificate) -> (Proxy, TestApp, u16) {
    let proxy = Proxy::start(Some(certificate));
    let (app, port) = TestApp::behind(&format!("https://localhost:{}", proxy.port), Mode::Production).await;
    proxy.forward_to(port);
    (proxy, app, port)
}

fn file(app: &TestApp, certificate: &Certificate) -> std::path::PathBuf {
    let path = app.folder.path().join("authority.pem");
    std::fs::write(&path, certificate.authority.pem()).unwrap();
    path
}

#[test]
fn a_certificate_that_is_trusted_is_fine_and_plain_http_leads_to_it() {
    peer::run(async {
        let certificate = Certificate::of("localhost");
        let (proxy, app, port) = behind(&certificate).await;
        let authority = file(&app, &certificate);
        let (fine, said) = doctor(&app, port, Some(&authority));
        assert!(fine && said.contains("/sign-in leads to https") && said.contains("/sign-in is protected as it was sent"), "{said}");
        assert!(said.contains("ok    clock     this machine and the public address agree"), "{said}");
        // Without TLS a page is served, or the browser is sent on without TLS.
        proxy.fault(Fault::Rewrite(|asked| !asked.tls, |reply| reply.status = 200));
        let (fine, said) = doctor(&app, port, Some(&authority));
        assert!(!fine && said.contains("is served without TLS: a password typed there can be read on the way"), "{said}");
        assert!(said.contains("help: let the proxy in front redirect http to https") && said.contains("one check failed"), "{said}");
        proxy.fault(Fault::Rewrite(|asked| asked.tls, |reply| reply.without("strict-transport-security")));
        let (fine, said) = doctor(&app, port, Some(&authority));
        assert!(!fine && said.contains("strict-transport-security is missing"), "{said}");
    });
}

#[test]
fn a_certificate_that_nobody_trusts_is_told_in_its_own_words() {
    peer::run(async {
        for (certificate, trusted, says, remedy) in [
            (Certificate::of("localhost"), false, "UnknownIssuer", "from an authority that everybody trusts, sent with its whole chain"),
            (Certificate::of("auth.example.com"), true, "auth.example.com", "needs a certificate for localhost"),
            (Certificate::expired("localhost"), true, "expired", "renew the certificate"),
        ] {
            let (_proxy, app, port) = behind(&certificate).await;
            let authority = trusted.then(|| file(&app, &certificate));
            let (fine, said) = doctor(&app, port, authority.as_deref());
            assert!(!fine && said.contains("FAIL  public") && said.contains(says) && said.contains(remedy), "{says}: {said}");
            assert!(said.contains("ok    database") && said.contains("one check failed"), "the other checks run: {said}");
        }
    });
}

#[test]
fn a_port_that_speaks_no_tls_is_a_fault_whether_the_server_runs_or_not() {
    let (folder, proxy) = (tempfile::tempdir().unwrap(), Proxy::start(None));
    let toml = format!(
        "issuer = \"https://localhost:{}\"\ndata_dir = \"{}\"\nserver.listen = \"127.0.0.1:{}\"\nserver.reachable_networks = [\"127.0.0.0/8\"]\nsign_in.methods = [\"password\"]\n",
        proxy.port,
        folder.path().display(),
        crate::support::development::free_port()
    );
    let (fine, said) = run_in(folder.path(), &toml, &[], &["doctor"], "");
    assert!(!fine && said.contains("FAIL  public") && said.contains("must speak TLS 1.2 or 1.3 at https://localhost:"), "{said}");
}

#[test]
fn a_private_address_is_not_called_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let toml = format!("issuer = \"https://10.1.2.3\"\ndata_dir = \"{}\"\nsign_in.methods = [\"password\"]\n", folder.path().display());
    let (fine, said) = run_in(folder.path(), &toml, &[], &["doctor"], "");
    assert!(fine && said.contains("note  public    https://10.1.2.3 leads from here to a private address"), "{said}");
    assert!(said.contains("help: if that is meant, name the network in server.reachable_networks"), "{said}");
}
