//! What must hold after every step, whatever it was (`security.md` 4.3 and A-37).

use std::collections::BTreeSet;

use super::evidence::Shown;
use super::people::{MALLORY, Member};
use super::state::{Change, State};

/// How long the first of two steps counts, with a little for the way.
const PATIENCE: i64 = 10 * 60_000 + 30_000;
const JOURNEY: i64 = 60 * 60_000 + 30_000;

/// A step that was taken.
pub struct Step<'a> {
    pub before: &'a State,
    pub after: &'a State,
    /// Who walks; nobody where a program asked.
    pub walker: Option<usize>,
    pub cast: &'a [Member],
    /// Who was signed in at the browser before, and who is now.
    pub at: [Option<String>; 2],
    /// What this request shows.
    pub shown: &'a [Shown],
    /// What this journey has shown in this browser, and when.
    pub earlier: &'a [(Shown, i64)],
    /// What any journey has shown in this browser, and when.
    pub here: &'a [(Shown, i64)],
    /// When this journey came back from another login server, if it did.
    pub came_back: Option<i64>,
    pub now: i64,
    pub path: &'a str,
    /// Rows that say that this browser is trusted.
    pub trusted: &'a BTreeSet<String>,
    /// Who has connected a device.
    pub approvers: &'a BTreeSet<String>,
    pub closed: bool,
    pub required: bool,
}

type Verdict = Result<(), String>;

fn that(holds: bool, what: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(what()) }
}

impl Step<'_> {
    /// What is violated, if anything is.
    pub fn judge(&self) -> Verdict {
        let changes = self.before.changes(self.after);
        let begun = changes.iter().filter(|change| change.table == "sessions" && change.is_new());
        that(begun.clone().count() <= 1, || "one request began more than one session".into())?;
        for session in begun {
            self.begins(session.user)?;
        }
        for change in &changes {
            self.touches(change)?;
            match change.table {
                "credentials" => self.credential(change, &changes)?,
                "emails" => self.address(change)?,
                "sessions" if !change.is_new() && change.after.is_some() => self.strengthens(change, &changes)?,
                "grants" => that(self.is_in(change.user), || format!("{change}, without a session of theirs"))?,
                "codes" | "families" if change.is_new() => {
                    let theirs = self.at.iter().flatten().any(|one| one == change.user) || self.has_connected(change.user);
                    that(theirs, || format!("{change}, who is not signed in here"))?;
                }
                "users" => self.account(change)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn is_in(&self, user: &str) -> bool {
        self.at[0].as_deref() == Some(user)
    }

    fn has_connected(&self, user: &str) -> bool {
        self.walker.is_none() && self.approvers.contains(user)
    }

    fn showed_first(&self, user: &str) -> bool {
        self.shown.iter().any(|one| one.is_first_of(user, self.after))
    }

    fn showed_second(&self, user: &str) -> bool {
        self.shown.iter().any(|one| one.is_second_of(user))
    }

    fn showed_before(&self, user: &str, within: i64) -> bool {
        self.earlier.iter().any(|(one, at)| self.now - at <= within && one.is_first_of(user, self.after))
    }

    /// Who they are was proved in this browser after the question was there.
    fn proved_since(&self, user: &str) -> bool {
        let proves = |one: &Shown| one.is_first_of(user, self.after) || one.is_second_of(user);
        self.came_back.is_none_or(|since| self.here.iter().any(|(one, at)| *at >= since && proves(one)))
    }

    /// A letter that allows a new password was answered in this journey.
    fn resets(&self, user: &str) -> bool {
        let allows = |one: &Shown| one.is_reset() && one.is_first_of(user, self.after);
        self.path == "/recover/new" && self.earlier.iter().any(|(one, at)| self.now - at <= JOURNEY && allows(one))
    }

    /// Their address was proved only now: nothing that was there before stays.
    fn reclaims(&self, user: &str) -> bool {
        !self.before.is_verified(user) && self.after.is_verified(user)
    }

    fn is_new(&self, user: &str) -> bool {
        !self.before.table("users").any(|(id, _)| id == user)
    }

    fn is_gone(&self, user: &str) -> bool {
        !self.after.table("users").any(|(id, _)| id == user)
    }

    /// No session begins but for whoever has shown in this browser and journey who they are.
    fn begins(&self, user: &str) -> Verdict {
        that(self.after.is_verified(user), || format!("a session began for {user}, whose address nobody has proved"))?;
        if self.walker.is_none() {
            return that(self.has_connected(user), || format!("a device got a session of {user}, who has connected none"));
        }
        let passkey = self.shown.contains(&Shown::Passkey(user.to_owned()));
        let had_second = self.before.has(user, "totp");
        let trusted = self.trusted.iter().any(|id| self.before.has_credential(id));
        let enough = if had_second {
            let first = self.showed_before(user, PATIENCE) || self.showed_first(user);
            (self.showed_second(user) && first) || (trusted && (self.showed_first(user) || self.resets(user)))
        } else {
            let sets_up = self.after.has(user, "totp") && self.showed_before(user, PATIENCE);
            self.showed_first(user) || self.resets(user) || sets_up
        };
        that(passkey || enough, || {
            format!(
                "a session began for {user} without its proofs: second step {had_second}, shown {:?}, before {:?}",
                self.shown, self.earlier
            )
        })?;
        that(passkey || !self.required || self.after.has(user, "totp"), || {
            format!("{user} came in without the second step that is required")
        })?;
        let late = self.shown.iter().find(|one| matches!(one, Shown::Letter { until, .. } if self.now > until + 30_000));
        that(late.is_none() || passkey || self.showed_second(user), || format!("a letter opened a session after its time: {late:?}"))
    }

    /// Nothing of anybody changes but by themselves, and nothing of the others ever by Mallory.
    fn touches(&self, change: &Change<'_>) -> Verdict {
        let user = change.user;
        let owner = self.cast.iter().find(|member| member.id == user).map(|member| member.owner);
        that(self.walker != Some(MALLORY) || owner.is_none_or(|owner| owner == MALLORY), || format!("by Mallory: {change}"))?;
        let proves = |one: &Shown| one.is_first_of(user, self.after) || one.is_first_of(user, self.before) || one.is_second_of(user);
        let theirs = self.at.iter().flatten().any(|one| one == user)
            || self.has_connected(user)
            || self.shown.iter().any(proves)
            || self.earlier.iter().any(|(one, _)| proves(one));
        that(theirs, || format!("{change}, who is not here"))
    }

    fn credential(&self, change: &Change<'_>, changes: &[Change<'_>]) -> Verdict {
        let user = change.user;
        let begins = changes.iter().any(|one| one.table == "sessions" && one.is_new() && one.user == user);
        let sets_up = begins && self.path == "/sign-in/two-step/set-up";
        if change.kind() == "upstream" && self.path == "/link" {
            return that(self.is_in(user) && self.proved_since(user), || format!("{change}, who has not proved it since it was asked for"));
        }
        let by = self.is_in(user) || self.reclaims(user) || self.is_new(user);
        let may = by
            || match change.kind() {
                "password" => self.resets(user),
                "passkey" => self.shown.contains(&Shown::Passkey(user.to_owned())) && change.before.is_some() && change.after.is_some(),
                "totp" => sets_up || (self.showed_second(user) && change.before.is_some() && change.after.is_some()),
                "recovery_code" => sets_up || (self.showed_second(user) && change.after.is_none()),
                "trusted_browser" => (begins && self.showed_second(user)) || (self.resets(user) && change.after.is_none()),
                "upstream" => {
                    let vouched = |one: &Shown| matches!(one, Shown::Provider(_) | Shown::Vouched(_)) && one.is_first_of(user, self.after);
                    begins || self.shown.iter().any(vouched)
                }
                _ => false,
            };
        that(may, || format!("{change} at {}, without what allows it: shown {:?}, before {:?}", self.path, self.shown, self.earlier))
    }

    fn address(&self, change: &Change<'_>) -> Verdict {
        let user = change.user;
        if self.is_gone(user) {
            return that(self.is_in(user), || format!("{change}, without a session of theirs"));
        }
        if change.after.is_none() {
            // One less: never the primary one, and only by themselves.
            return that(self.is_in(user) && change.before != Some("1 1"), || format!("{change}, address {}", change.id));
        }
        let names = |one: &Shown, address: &str| match one {
            Shown::Letter { address: read, .. } | Shown::Vouched(read) => read == address,
            _ => false,
        };
        let answers = |address: &str| self.shown.iter().any(|one| names(one, address));
        let reset = self.resets(user) && self.earlier.iter().any(|(one, _)| names(one, change.id));
        // Another primary one: the mailbox of the old one agrees.
        let moved = change.before.is_some_and(|before| before.starts_with('1'));
        let allowed = if moved {
            self.before.primary(user).is_some_and(answers)
        } else {
            // One more is taken in a session of its person; the first one comes with the account.
            (answers(change.id) || reset) && (!change.is_new() || self.is_new(user) || self.is_in(user))
        };
        that(allowed, || format!("{change}, address {}, which nobody has proved", change.id))
    }

    /// Who is signed in proves more, or again.
    fn strengthens(&self, change: &Change<'_>, changes: &[Change<'_>]) -> Verdict {
        let user = change.user;
        let new_app = changes.iter().any(|one| one.table == "credentials" && one.kind() == "totp" && one.user == user);
        let proved = self.showed_first(user) || self.showed_second(user) || self.showed_before(user, PATIENCE) || new_app;
        that(self.is_in(user) && proved, || format!("{change}: stronger without a proof, shown {:?}", self.shown))
    }

    fn account(&self, change: &Change<'_>) -> Verdict {
        if change.is_new() {
            that(!self.closed, || format!("{change}, though sign-up is closed"))?;
            return that(self.showed_first(change.user), || format!("{change}, whose address nobody has proved"));
        }
        that(change.after.is_some() || self.is_in(change.user), || format!("{change}, without a session of theirs"))
    }
}
