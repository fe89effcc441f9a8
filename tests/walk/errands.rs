//! Steps that lead through somewhere else: the mailbox, another login server, a device.

use serde_json::json;

use super::ask::Request;
use super::evidence::Return;
use super::law::Step;
use super::people::{MALLORY, address, foreign_addresses};
use super::state::State;
use super::world::World;

impl World<'_> {
    pub async fn mail(&mut self, tab: usize) {
        self.fetch_mail().await;
        let owner = self.tabs[tab].owner;
        // Mallory may send somebody her own; nobody else's ever comes to her.
        let of = if owner != MALLORY && self.chance.percent(12) { MALLORY } else { owner };
        let letters = self.mailbox(of);
        let which = if self.chance.percent(70) { letters.last() } else { self.chance.one(&letters) };
        let to = which.map_or("/account".to_owned(), |letter| letter.link.clone());
        self.ask(tab, Request::get(&to)).await;
        // Whether its page has a button or not.
        if to.starts_with("/l/") && self.chance.percent(20) {
            let csrf = self.tabs[tab].csrf.clone().unwrap_or_default();
            self.ask(tab, Request { method: "POST", path: to, fields: vec![("csrf".to_owned(), csrf)] }).await;
        }
    }

    pub async fn provider(&mut self, tab: usize) {
        let to = self.tabs[tab].away.clone().unwrap();
        let owner = self.tabs[tab].owner;
        let which = usize::from(to.starts_with(&self.house.providers[1].issuer));
        let name = ["u1", "u2"][which];
        let person = ["maya", "noor", "ben", "mallory"][owner];
        let subject = format!("{person}{}-at-{name}", if self.chance.percent(15) { "-too" } else { "" });
        let other = foreign_addresses(owner).nth(self.chance.below(2)).unwrap();
        // The first one says only what is true; the second whatever its people like.
        let lies = self.chance.percent(25) && !(self.blind && owner == MALLORY);
        let (email, verified) = match lies {
            _ if self.blind && self.is_guest(tab) => ("nobody@okafor.example", false),
            true => (other, which == 1),
            false => (address(owner, 0), true),
        };
        let claims = json!({ "sub": subject, "email": email, "email_verified": verified });
        let back = self.house.providers[which].approve(&to, &claims);
        let path = back.strip_prefix(&self.house.app.issuer).unwrap().to_owned();
        let path = if self.chance.percent(8) { path.replace("code=", "error=access_denied&x=") } else { path };
        let vouched = (which == 0 && verified).then(|| email.to_owned());
        self.returns.push((owner, Return { path: path.clone(), provider: name, subject, vouched }));
        self.tabs[tab].away = None;
        let elsewhere = self.chance.below(self.tabs.len());
        // What Mallory began may be finished at a browser of somebody else, and never the other way round.
        let at = if self.chance.percent(12) && (owner == MALLORY || self.tabs[elsewhere].owner == owner) { elsewhere } else { tab };
        self.ask(at, Request::get(&path)).await;
    }

    pub async fn come_back_again(&mut self, tab: usize) {
        let owner = self.tabs[tab].owner;
        let found: Vec<_> =
            self.returns.iter().filter(|(one, _)| *one == owner || *one == MALLORY).map(|(_, back)| back.path.clone()).collect();
        let path = self.chance.one(&found).cloned().unwrap_or_else(|| "/oauth/u1/callback".to_owned());
        let request = match path.split_once('?').filter(|_| self.chance.percent(30)) {
            Some((path, query)) => {
                let fields = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                Request { method: "POST", path: path.to_owned(), fields }
            }
            None => Request::get(&path),
        };
        self.ask(tab, request).await;
    }

    pub async fn begin_device(&mut self) {
        let device = crate::oidc::device::begin(&self.house.apps[0]).await;
        self.trace.note(format!("a device shows {}", device.text("user_code")));
        self.devices.push((device.text("user_code").to_owned(), device.text("device_code").to_owned()));
    }

    pub async fn poll(&mut self) {
        let (_, code) = self.chance.one(&self.devices).cloned().unwrap();
        let answer = crate::oidc::device::poll(&self.house.apps[0], &code).await;
        self.trace.note(format!("a device asks -> {} {}", answer.status, answer.error()));
        assert!(answer.status < 500, "violated: {answer:?}");
        self.steps += 1;
        let before = std::mem::replace(&mut self.state, State::read(self.house).await);
        let step = Step {
            before: &before,
            after: &self.state,
            walker: None,
            cast: &self.cast,
            at: [None, None],
            shown: &[],
            earlier: &[],
            here: &[],
            came_back: None,
            now: self.house.app.clock.now().0,
            path: "/token",
            trusted: &std::collections::BTreeSet::new(),
            approvers: &self.approvers,
            closed: self.house.closed,
            required: self.house.required,
        };
        step.judge().unwrap_or_else(|violated| panic!("violated: {violated}"));
    }
}
