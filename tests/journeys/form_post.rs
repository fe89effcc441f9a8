//! An answer in a form, in a real browser under our own policy; and the pages on the way there.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};
use crate::support::relying_party::CHALLENGE;
use crate::support::{On, PASSWORD, TestApp, person};

/// An app that shows what was sent to it. A browser opens connections that it may never use, so each is waited for by itself.
async fn mirror(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(reflect(stream));
    }
}

async fn reflect(mut stream: TcpStream) {
    let mut request = Vec::new();
    let whole = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.to_lowercase().split("content-length: ").nth(1).map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
        (body.len() >= length).then(|| format!("{} {body}", head.lines().next().unwrap()))
    };
    let said = loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.unwrap_or(0);
        request.extend_from_slice(&piece[..read]);
        if let Some(said) = whole(&request) {
            break said;
        }
        if read == 0 {
            return;
        }
    };
    let page = format!("<!doctype html><title>app</title><link rel=\"icon\" href=\"data:,\"><p id=\"said\">{}</p>", said.replace('&', " "));
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}", page.len());
    let _ = stream.write_all(answer.as_bytes()).await;
}

#[test]
fn a_form_takes_the_answer_to_the_app_by_itself() {
    if !peer::require(Peer::Chromium, "a_form_takes_the_answer_to_the_app_by_itself") {
        return;
    }
    peer::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback = format!("http://127.0.0.1:{}/callback", listener.local_addr().unwrap().port());
        let mirror = tokio::spawn(mirror(listener));
        let toml = format!("[clients.tidewater]\nkind = \"spa\"\nname = \"Tidewater\"\nredirect_uris = [\"{callback}\"]\n");
        let app = TestApp::with(On::Sqlite, &toml).await;
        person(&app, "maya@okafor.example").await;
        let browser = Chromium::open().await;
        let ask = |more: &str| {
            format!(
                "{}/authorize?client_id=tidewater&redirect_uri={callback}&response_type=code&response_mode=form_post&scope=openid+profile+email+offline_access&state=s1&code_challenge={CHALLENGE}&code_challenge_method=S256{more}",
                app.issuer
            )
        };
        browser.driver.goto(&ask("")).await.unwrap();
        browser.fill("#email", "maya@okafor.example").await;
        browser.click("main button[type=submit]").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("main button[type=submit]").await;
        browser.find("button[value=allow]").await;
        browser.looks_right("consent").await;
        browser.click("button[value=allow]").await;
        let said = browser.wait_for("#said", |text| text.starts_with("POST /callback")).await;
        assert!(said.contains("code=hkc_") && said.contains("state=s1") && said.contains("iss="), "{said}");
        browser.driver.goto(&ask("&prompt=select_account")).await.unwrap();
        browser.find(".accounts").await;
        // What the app's own page has said is not about ours.
        browser.complaints().await;
        browser.looks_right("accounts").await;
        browser.click(".accounts a").await;
        browser.wait_for("#said", |text| text.contains("code=hkc_")).await;
        browser.driver.goto(&ask("&prompt=none&max_age=0")).await.unwrap();
        browser.wait_for("#said", |text| text.contains("error=login_required")).await;
        browser.driver.goto(&format!("{}/account/applications", app.issuer)).await.unwrap();
        browser.find("button[name=remove]").await;
        browser.complaints().await;
        browser.looks_right("account-applications").await;
        browser.click("button[name=remove]").await;
        browser.wait_for("#apps", |text| text.contains("No other apps")).await;
        browser.looks_right("account-applications-none").await;
        browser.close().await;
        mirror.abort();
    });
}
