//! People to sign in with, made through the same functions as real ones.

use housekey::credential::{self, Kind, NewCredential};
use housekey::password::{HashPool, Password, PasswordHash};
use housekey::types::{EmailAddress, UserId};
use housekey::user::{self, NewUser};
use housekey::work::Actor;

use super::{Browser, TestApp, View};

pub const PASSWORD: &str = "four plain words and more";

async fn hash(app: &TestApp, password: &str) -> PasswordHash {
    let pool = HashPool::new(&app.app.config.sign_in.password, &app.app.random);
    pool.hash(Password::parse(password.to_owned()).unwrap()).await.unwrap()
}

/// What an operator decides about somebody.
pub async fn set_state(app: &TestApp, user: UserId, state: user::State) {
    let mut work = app.app.begin(Actor::Operator).await.unwrap();
    user::set_state(&mut work, user, state).await.unwrap();
    work.commit().await.unwrap();
}

/// Makes a person with a verified address and a password.
pub async fn person(app: &TestApp, address: &str) -> UserId {
    let ground = &app.app;
    let phc = hash(app, PASSWORD).await;
    let address = EmailAddress::parse(address).unwrap();
    let mut work = ground.begin(Actor::Operator).await.unwrap();
    let user = user::insert(&mut work, NewUser { email: &address, verified: true, name: Some("Maya".into()) }).await.unwrap().unwrap();
    let new =
        NewCredential { user, kind: Kind::Password, label: "", lookup_key: user.0.as_bytes().to_vec(), data: phc.as_str().as_bytes() };
    credential::insert(&mut work, new).await.unwrap();
    work.commit().await.unwrap();
    user
}

/// Gives a person this password, whatever theirs is.
pub async fn has_password(app: &TestApp, user: UserId, password: &str) {
    let ground = &app.app;
    let phc = hash(app, password).await;
    let mut work = ground.begin(Actor::Operator).await.unwrap();
    credential::set(&mut work, (user, Kind::Password), phc.as_str().as_bytes()).await.unwrap();
    work.commit().await.unwrap();
}

/// Maya, who has an account and is signed in at this browser.
pub async fn maya_at_a_browser(app: &TestApp) -> Browser {
    person(app, "maya@okafor.example").await;
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    browser
}

impl Browser {
    /// Signs in through the real pages, beginning wherever `view` is a sign-in page, or one that asks again.
    pub async fn sign_in_from(&self, view: View, address: &str, password: &str) -> View {
        if view.url.path() == "/reauth" {
            let view = view.follow("Use your password").await;
            return view.form_to("/sign-in/password").fill("password", password).submit().await;
        }
        let view = view.form_to("/sign-in").fill("email", address).submit().await;
        view.form_to("/sign-in/password").fill("password", password).submit().await
    }

    pub async fn sign_in(&self, address: &str, password: &str) -> View {
        let view = self.get("/sign-in").await;
        self.sign_in_from(view, address, password).await
    }
}
