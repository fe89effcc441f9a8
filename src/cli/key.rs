//! `housekey key …`: signing keys and their turns, and a master key to begin with.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::word;
use super::output::{Failure, Output};
use crate::app::App;
use crate::config::{SigningAlgorithm, Tokens};
use crate::key::{self, KeyLine, Keys, Life, Pace, Revoked, Rotated, State};
use crate::random::Random;
use crate::types::UnixMillis;
use crate::work::Actor;

/// Keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// List the signing keys: what each does, and what it does next.
    List,
    /// Publish a new signing key, which takes over when everybody has had the time to learn it. Nobody notices.
    Rotate(Rotate),
    /// Take a key away, for one that is in the wrong hands: everything it signed is refused from now on.
    Revoke {
        /// The key, as `housekey key list` names it.
        kid: String,
    },
    /// Print a new master key, for `HOUSEKEY_MASTER_KEY`. Changes nothing.
    New,
}

/// How.
#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Of one algorithm: RS256, ES256 or `EdDSA`. Default: of all.
    #[arg(long)]
    alg: Option<String>,
    /// Sign with the new key at once: the old one is in the wrong hands.
    #[arg(long)]
    now: bool,
}

/// Runs the command.
pub(super) async fn run(command: KeyCommand, app: &App, output: &Output) -> Result<(), Failure> {
    // A new installation has its keys from the first look on.
    Keys::load(app).await?;
    match command {
        KeyCommand::List => list(app, output).await,
        KeyCommand::Rotate(rotate) => run_rotate(app, &rotate, output).await,
        KeyCommand::Revoke { kid } => revoke(app, &kid, output).await,
        KeyCommand::New => new(output),
    }
}

async fn list(app: &App, output: &Output) -> Result<(), Failure> {
    let (now, tokens) = (app.clock.now(), &app.config.tokens);
    let keys = key::list(&app.db).await?;
    let line = |key: &KeyLine| {
        let state = key.life.state(now).as_str();
        format!("{:<6} {state:<8} {}  {}", key.algorithm, key.kid, next_step(&key.life, tokens, now))
    };
    output.say(&keys.iter().map(line).collect::<Vec<_>>().join("\n"), &keys.iter().map(|key| as_json(key, tokens, now)).collect())
}

fn as_json(key: &KeyLine, tokens: &Tokens, now: UnixMillis) -> Value {
    let jwk: Value = serde_json::from_str(&key.public_jwk).unwrap_or_default();
    json!({
        "kid": key.kid,
        "alg": key.algorithm,
        "state": key.life.state(now).as_str(),
        "next": next_step(&key.life, tokens, now),
        "published_at": key.life.published_at.rfc3339(),
        "signs_from": key.life.signs_from.max(key.life.published_at).rfc3339(),
        "signs_until": key.life.signs_until.map(UnixMillis::rfc3339),
        "gone_at": key.life.gone_at.map(UnixMillis::rfc3339),
        "jwk": jwk,
    })
}

/// What will become of a key, and when.
fn next_step(life: &Life, tokens: &Tokens, now: UnixMillis) -> String {
    let at = |moment: Option<UnixMillis>| moment.map(UnixMillis::rfc3339).unwrap_or_default();
    match (life.state(now), life.signs_until, tokens.key_rotation) {
        (State::Next, ..) => format!("signs from {}", life.signs_from.rfc3339()),
        (State::Signing, Some(until), _) => format!("signs until {}, verifies until {}", until.rfc3339(), at(life.gone_at)),
        (State::Signing, None, Some(every)) => {
            format!("since {}, a new one about {}", life.published_at.rfc3339(), (life.published_at + every).rfc3339())
        }
        (State::Signing, None, None) => {
            format!("since {}, until housekey key rotate (tokens.key_rotation is off)", life.published_at.rfc3339())
        }
        (State::Retired, ..) => format!("verifies until {}", at(life.gone_at)),
        (State::Gone, ..) => format!("gone since {}", at(life.gone_at)),
    }
}

async fn run_rotate(app: &App, rotate: &Rotate, output: &Output) -> Result<(), Failure> {
    let chosen = match &rotate.alg {
        Some(text) => vec![word("--alg", text, SigningAlgorithm::parse, SigningAlgorithm::ALL)?],
        None => SigningAlgorithm::ALL.to_vec(),
    };
    let pace = if rotate.now { Pace::AtOnce } else { Pace::Announced };
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for algorithm in chosen {
        let (rotated, kid, life) = match key::rotate(app, Actor::Operator, algorithm, pace).await? {
            Rotated::To(kid, life) => (true, kid, life),
            Rotated::Already(kid, life) => (false, kid, life),
        };
        let from = life.signs_from.rfc3339();
        lines.push(match rotated {
            true if rotate.now => format!("{algorithm}: {kid} signs from now on."),
            true => format!("{algorithm}: {kid} is published and signs from {from}."),
            false => format!("{algorithm}: nothing to do. {kid} was made just now and signs from {from}."),
        });
        values.push(json!({ "alg": algorithm.as_str(), "kid": kid, "rotated": rotated, "signs_from": from }));
    }
    lines.push(consequences(&app.config.tokens, rotate.now));
    output.say(&lines.join("\n"), &json!({ "keys": values, "consequences": consequences(&app.config.tokens, rotate.now) }))
}

/// What an operator should know, in words.
fn consequences(tokens: &Tokens, now: bool) -> String {
    let old = minutes(key::verifies_for(tokens));
    if !now {
        return format!(
            "Apps that fetch the keys need nothing. The old key verifies for {old} minutes after it has stopped signing.\n\
             An app that holds a copy of the keys (jwks as a data: address) needs the new copy before then: housekey doctor --convex PATH says which."
        );
    }
    format!(
        "What happens now:\n  \
         Servers that keep our keys for a minute, like Convex, refuse new tokens until they fetch them again: up to 60 seconds.\n  \
         An app that holds a copy of the keys (jwks as a data: address) refuses them until it has the new copy.\n  \
         The old key still verifies for {old} minutes, so nobody is signed out; whoever holds it can forge tokens for as long.\n  \
         To end that at once: housekey key revoke KID (housekey key list says which). Then tokens it signed are refused; apps refresh theirs."
    )
}

fn minutes(time: Duration) -> u64 {
    time.as_secs().div_ceil(60)
}

async fn revoke(app: &App, kid: &str, output: &Output) -> Result<(), Failure> {
    match key::revoke(app, Actor::Operator, kid).await? {
        Revoked::Yes => {}
        Revoked::StillSigns => {
            return Err(Failure::new(format!("{kid} signs, and no other key would take its place."))
                .with_remedy("housekey key rotate --now, then this again"));
        }
        Revoked::Unknown => {
            return Err(Failure::asked_wrongly(format!("There is no key {kid}.")).with_remedy("housekey key list"));
        }
    }
    let text = format!(
        "{kid} is gone. Every server of this installation knows within {} seconds.\n\
         Tokens that it signed are refused, as sign-outs with old ID tokens are: those ask the person. Apps refresh and go on.\n\
         Others may keep the old keys for 60 seconds or, if they do as they like, longer: until then a forged token passes there.",
        key::LEARN_EVERY.as_secs()
    );
    output.say(&text, &json!({ "kid": kid, "status": "revoked" }))
}

/// Prints a master key.
pub(super) fn new(output: &Output) -> Result<(), Failure> {
    let key: String = Random::default().bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    output.say(&key, &json!({ "master_key": key }))
}
