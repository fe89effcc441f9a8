//! `housekey user …`: people.

use clap::Subcommand;
use serde_json::{Value, json};

use super::output::{Failure, Output, read_secret};
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Kind, NewCredential};
use crate::language::Language;
use crate::mail::Notice;
use crate::password::{HashPool, Password, PasswordHash};
use crate::types::{EmailAddress, UserId};
use crate::user::{self, NewUser, State, User};
use crate::work::Actor;
use crate::{limit, mail, session, two_step};

/// People.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account. Prints its `sub`.
    Add {
        /// The address.
        email: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
        /// You vouch for the address; without this nobody can sign in with it yet.
        #[arg(long)]
        verified: bool,
        /// What to call them.
        #[arg(long)]
        name: Option<String>,
    },
    /// List people in the order of their arrival.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u64,
        /// Begin after this `sub`.
        #[arg(long)]
        after: Option<String>,
    },
    /// Show one person.
    Show {
        /// Address or `sub`.
        who: String,
    },
    /// Shut a person out, and end all their sessions.
    Lock {
        /// Address or `sub`.
        who: String,
    },
    /// Let a person in again, and forget their failed passwords.
    Unlock {
        /// Address or `sub`.
        who: String,
    },
    /// Turn two-step sign-in off for a person who has lost their phone and their recovery codes, and end all their sessions.
    ResetTwoStep {
        /// Address or `sub`.
        who: String,
    },
    /// Remove a person and everything about them, for good.
    Remove {
        /// Address or `sub`.
        who: String,
    },
}

/// Runs the command.
pub(super) async fn run(command: UserCommand, app: &App, output: &Output) -> Result<(), Failure> {
    match command {
        UserCommand::Add { email, password_stdin, verified, name } => {
            let password = if password_stdin { Some(read_secret()?) } else { None };
            add(app, &email, password, (verified, name), output).await
        }
        UserCommand::List { limit, after } => list(app, limit, after.as_deref(), output).await,
        UserCommand::Show { who } => {
            let user = get(app, &who).await?;
            output.say(&describe(&user), &as_json(&user))
        }
        UserCommand::Lock { who } => set_state(app, &who, State::Locked, output).await,
        UserCommand::Unlock { who } => set_state(app, &who, State::Active, output).await,
        UserCommand::ResetTwoStep { who } => reset_two_step(app, &who, output).await,
        UserCommand::Remove { who } => {
            let user = get(app, &who).await?.person.id;
            let mut work = app.begin(Actor::Operator).await?;
            session::end_all(&mut work, user).await?;
            user::remove(&mut work, user).await?;
            work.record(Event::UserRemoved { user });
            work.commit().await?;
            output.say(&format!("Removed {user}."), &json!({ "sub": user, "removed": true }))
        }
    }
}

async fn add(
    app: &App,
    email: &str,
    password: Option<String>,
    (verified, name): (bool, Option<String>),
    output: &Output,
) -> Result<(), Failure> {
    let address = EmailAddress::parse(email).map_err(|why| Failure::asked_wrongly(format!("{email}: {why}")))?;
    let phc = match password {
        Some(typed) => Some(hash(app, &address, &typed).await?),
        None => None,
    };
    let mut work = app.begin(Actor::Operator).await?;
    let Some(user) = user::insert(&mut work, NewUser { email: &address, verified, name }).await? else {
        return Err(Failure::new(format!("{address} belongs to somebody already.")).with_remedy(format!("housekey user show {address}")));
    };
    if let Some(phc) = phc {
        let password =
            NewCredential { user, kind: Kind::Password, label: "", lookup_key: user.0.as_bytes().to_vec(), data: phc.as_str().as_bytes() };
        credential::insert(&mut work, password).await?;
    }
    work.record(Event::UserCreated { user });
    work.commit().await?;
    let hint = if verified { "" } else { "\nThe address is not verified: add --verified to vouch for it." };
    output.say(
        &format!("Added {address}.\n  sub  {user}{hint}"),
        &json!({ "sub": user, "email": address.to_string(), "email_verified": verified }),
    )
}

async fn hash(app: &App, address: &EmailAddress, typed: &str) -> Result<PasswordHash, Failure> {
    let rules = &app.config.sign_in.password;
    let say = |problem| app.looks.of(None).speech(Language::default()).words(&problem);
    let names = [app.config.branding.name.as_str(), "housekey"];
    let password = Password::chosen(typed.to_owned(), rules, address, &names)
        .map_err(|problem| Failure::asked_wrongly(format!("This password is refused. {}", say(problem))))?;
    let pool = HashPool::new(rules, &app.random);
    pool.hash(password).await.map_err(|error| Failure::new(format!("the password cannot be hashed: {error}")))
}

async fn list(app: &App, limit: u64, after: Option<&str>, output: &Output) -> Result<(), Failure> {
    let after =
        after.map(|text| text.parse::<UserId>().map_err(|_| Failure::asked_wrongly(format!("--after {text}: not a sub")))).transpose()?;
    let users = user::list(app.db.read(), after, limit).await?;
    let lines: Vec<_> = users.iter().map(describe).collect();
    let text = if lines.is_empty() { "Nobody yet.".to_owned() } else { lines.join("\n") };
    output.say(&text, &Value::Array(users.iter().map(as_json).collect()))
}

async fn set_state(app: &App, who: &str, state: State, output: &Output) -> Result<(), Failure> {
    let user = get(app, who).await?.person.id;
    let mut work = app.begin(Actor::Operator).await?;
    user::set_state(&mut work, user, state).await?;
    let ended = match state {
        State::Locked => {
            work.record(Event::UserLocked { user });
            session::end_all(&mut work, user).await?
        }
        State::Active | State::Leaving => {
            work.record(Event::UserUnlocked { user });
            limit::forgive_user(work.db(), user).await?;
            0
        }
    };
    work.commit().await?;
    let text = match state {
        State::Locked => format!("Locked {user}; {ended} sessions ended.\n  undo: housekey user unlock {user}"),
        State::Active | State::Leaving => format!("Unlocked {user}."),
    };
    output.say(&text, &json!({ "sub": user, "state": state.as_str(), "sessions_ended": ended }))
}

/// Their mailboxes are told: whoever talked the operator into it cannot keep it from them.
async fn reset_two_step(app: &App, who: &str, output: &Output) -> Result<(), Failure> {
    let user = get(app, who).await?.person.id;
    let look = mail::page(app, None, Language::default());
    let letters = user::notices(app, user, (Notice::TwoStepOff, ""), &look).await?;
    let mut work = app.begin(Actor::Operator).await?;
    let had = two_step::remove(&mut work, user).await?;
    if had {
        session::end_all(&mut work, user).await?;
        mail::post(&mut work, &letters)?;
    }
    work.commit().await?;
    let text = if had {
        format!("Two-step sign-in is off for {user}, and all sessions have ended.")
    } else {
        format!("{user} has no second step.")
    };
    output.say(&text, &json!({ "sub": user, "reset": had }))
}

async fn get(app: &App, who: &str) -> Result<User, Failure> {
    let db = app.db.read();
    let id = match (who.parse::<UserId>(), EmailAddress::parse(who)) {
        (Ok(id), _) => Some(id),
        (_, Ok(address)) => user::find_by_address(db, &address).await?.map(|email| email.user),
        _ => return Err(Failure::asked_wrongly(format!("{who} is neither an address nor a sub."))),
    };
    let found = match id {
        Some(id) => user::find(db, id).await?,
        None => None,
    };
    found.ok_or_else(|| Failure::new(format!("There is nobody called {who}.")).with_remedy("housekey user list"))
}

fn describe(user: &User) -> String {
    let person = &user.person;
    let email = person.email.as_ref().map(ToString::to_string).unwrap_or_default();
    let verified = if person.email_verified { "" } else { " (not verified)" };
    format!("{}  {:<8} {email}{verified}  since {}", person.id, person.state.as_str(), user.created_at.rfc3339())
}

fn as_json(user: &User) -> Value {
    let person = &user.person;
    json!({
        "sub": person.id,
        "email": person.email.as_ref().map(ToString::to_string),
        "email_verified": person.email_verified,
        "name": person.name,
        "state": person.state.as_str(),
        "created_at": user.created_at.rfc3339(),
    })
}
