//! What people learn by what has happened: new passwords, apps, keys and accounts.

use super::page::Page;
use super::people::{Member, reader};
use super::state::State;
use super::world::World;
use crate::support::View;
use crate::two_step::Phone;

impl World<'_> {
    /// What the people know from now on.
    pub async fn learn(&mut self, tab: usize, before: &State, (view, page): (&View, &Page)) {
        let after = self.state.clone();
        for change in before.changes(&after) {
            self.reached.came(&change);
            if change.table == "users" && change.is_new() {
                let owner = after.primary(change.id).and_then(reader).unwrap_or(self.tabs[tab].owner);
                let user = housekey::types::UserId(uuid::Uuid::parse_str(change.id).unwrap());
                self.cast.push(Member::new(owner, change.id.to_owned(), user));
            }
            if change.kind() == "trusted_browser" && change.is_new() {
                self.tabs[tab].trusted.insert(change.id.to_owned());
            }
        }
        for at in 0..self.cast.len() {
            let id = self.cast[at].id.clone();
            let kinds: Vec<_> = before
                .changes(&after)
                .iter()
                .filter(|change| change.table == "credentials" && change.user == id && change.after.is_some())
                .map(|change| (change.kind().to_owned(), change.is_new()))
                .collect();
            let changed = |kind: &str| kinds.iter().any(|(one, _)| one == kind);
            if changed("password") {
                self.learn_password(at).await;
            }
            if changed("totp") {
                self.learn_app(at).await;
            }
            if changed("recovery_code") && !page.codes.is_empty() && view.status == 200 {
                self.cast[at].recovery.clone_from(&page.codes);
            }
            if kinds.iter().any(|(kind, is_new)| kind == "passkey" && *is_new) {
                let made = self.tabs[tab].making.take();
                self.cast[at].passkeys.extend(made);
            }
            if !after.has(&id, "totp") {
                self.cast[at].phone = None;
            }
            if !after.has(&id, "password") {
                self.cast[at].password = None;
            }
        }
    }

    /// Which of the passwords that were chosen it is now.
    async fn learn_password(&mut self, at: usize) {
        let ground = &self.house.app.app;
        let kept =
            housekey::credential::find_of_user(ground.db.write(), &ground.crypto, self.cast[at].user, housekey::credential::Kind::Password);
        let Some(kept) = kept.await.unwrap() else { return };
        let phc = String::from_utf8(kept.data).unwrap();
        for candidate in self.passwords.iter().rev() {
            let typed = housekey::password::Password::parse(candidate.clone()).unwrap();
            if !matches!(self.house.pool.verify(typed, Some(&phc)).await.unwrap(), housekey::password::Verified::No) {
                self.cast[at].password = Some(candidate.clone());
                return;
            }
        }
        panic!("violated: a password that nobody chose");
    }

    async fn learn_app(&mut self, at: usize) {
        let ground = &self.house.app.app;
        let kept =
            housekey::credential::find_of_user(ground.db.write(), &ground.crypto, self.cast[at].user, housekey::credential::Kind::Totp);
        let Some(kept) = kept.await.unwrap() else { return };
        let kept: serde_json::Value = serde_json::from_slice(&kept.data).unwrap();
        self.cast[at].phone = Some(Phone::typed(kept["secret"].as_str().unwrap()));
    }
}
