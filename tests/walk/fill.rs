//! What people put into a form, by the names of its fields: what is right, what is wrong, nothing, or what belongs elsewhere.

use serde_json::Value;

use super::ask::Request;
use super::page::{Button, Field, Form};
use super::people::{MALLORY, address, foreign_addresses, near};
use super::world::World;
use crate::support::authenticator::Authenticator;

/// How somebody fills a form in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    Right,
    Wrong,
    Empty,
    /// Values of another journey, browser or person.
    Elsewhere,
}

impl World<'_> {
    pub fn mood(&mut self) -> Mood {
        self.chance.weighed(&[(76, Mood::Right), (8, Mood::Wrong), (4, Mood::Empty), (12, Mood::Elsewhere)])
    }

    /// A form of a page, filled in and about to be sent.
    pub async fn fill(&mut self, tab: usize, form: &Form, mood: Mood) -> Request {
        let weigh = |(at, button): (usize, &Button)| (button.action.as_ref().map_or(2, |action| 2 * self.weight(action)), at);
        let weighed: Vec<_> = form.buttons.iter().enumerate().map(weigh).collect();
        let button = if weighed.is_empty() { None } else { Some(form.buttons[self.chance.weighed(&weighed)].clone()) };
        let path = button.as_ref().and_then(|button| button.action.clone()).unwrap_or_else(|| form.action.clone());
        if form.fields.iter().any(|field| field.name == "code") {
            self.fetch_mail().await;
        }
        let mut fields = Vec::new();
        for field in &form.fields {
            if let Some(value) = self.value(tab, mood, (form, &path), field) {
                fields.push((field.name.clone(), value));
            }
        }
        fields.extend(button.and_then(|button| button.pair));
        if let Some(options) = &form.options {
            self.touch(tab, options, &mut fields, mood).await;
        }
        if mood == Mood::Elsewhere {
            self.put_in_foreign(tab, &mut fields);
        }
        self.keep_blind(tab, &mut fields);
        Request { method: "POST", path, fields }
    }

    fn value(&mut self, tab: usize, mood: Mood, (form, path): (&Form, &str), field: &Field) -> Option<String> {
        let owner = self.tabs[tab].owner;
        let name = field.name.as_str();
        match field.kind.as_str() {
            "hidden" => return Some(field.value.clone()),
            "checkbox" | "radio" => return self.chance.percent(40).then(|| field.value.clone()),
            _ => {}
        }
        if mood == Mood::Empty {
            return Some(String::new());
        }
        Some(match name {
            // Told to password managers only.
            "username" => field.value.clone(),
            "email" => self.address(owner, mood, path),
            "code" => self.code(tab, mood, (form, path)),
            "recovery" => self.recovery(owner, mood),
            "user_code" => match (mood, self.devices.last()) {
                (Mood::Wrong, _) | (_, None) => "BCDF-GHJK".to_owned(),
                (_, Some((shown, _))) => shown.clone(),
            },
            _ if name.contains("new") && name.contains("password") => self.new_password(owner, mood),
            _ if name.contains("password") || field.kind == "password" => self.password(tab, mood),
            _ => {
                let said = [field.value.clone(), address(owner, 0).to_owned(), "delete".to_owned(), "something".to_owned()];
                self.chance.one(&said).cloned().unwrap_or_default()
            }
        })
    }

    fn address(&mut self, owner: usize, mood: Mood, path: &str) -> String {
        let own = self.accounts(owner).first().map(|at| self.cast[*at].address(&self.state).to_owned()).unwrap_or_default();
        match mood {
            Mood::Wrong => ["not an address", "nobody@okafor.example", "x@", &own][self.chance.below(4)].to_owned(),
            Mood::Elsewhere => foreign_addresses(owner).nth(self.chance.below(6)).unwrap_or("").to_owned(),
            // Somewhere else to go, from an account's page.
            _ if path.contains("account") => address(owner, usize::from(own == address(owner, 0))).to_owned(),
            _ if self.chance.percent(80) && !own.is_empty() => own,
            _ => address(owner, usize::from(self.chance.percent(60))).to_owned(),
        }
    }

    fn code(&mut self, tab: usize, mood: Mood, (form, path): (&Form, &str)) -> String {
        let (owner, now) = (self.tabs[tab].owner, self.house.app.clock.now());
        if mood == Mood::Wrong {
            return ["000000", "123 456", "12345", "abcdef"][self.chance.below(4)].to_owned();
        }
        if let Some(key) = form.key.as_ref().filter(|_| mood == Mood::Right) {
            return crate::two_step::Phone::typed(key).shows(now);
        }
        let asks_app = path.contains("two-step") || path.contains("security");
        if asks_app == (mood == Mood::Right) {
            if path.contains("/off") && self.chance.percent(30) {
                return self.recovery(owner, mood);
            }
            return self.app_code(owner).unwrap_or_else(|| "654321".to_owned());
        }
        let mut letters = self.mailbox(owner);
        if mood == Mood::Elsewhere && owner != MALLORY && self.chance.percent(30) {
            letters = self.mailbox(MALLORY);
        }
        let latest = &letters[letters.len().saturating_sub(2)..];
        let which = if self.chance.percent(85) { self.chance.one(latest) } else { self.chance.one(&letters) };
        which.and_then(|letter| letter.code.clone()).unwrap_or_else(|| "123456".to_owned())
    }

    /// What the app of an account shows; the next code, if this one has been used.
    fn app_code(&mut self, owner: usize) -> Option<String> {
        let accounts: Vec<_> = self.accounts(owner).into_iter().filter(|at| self.cast[*at].phone.is_some()).collect();
        let at = *self.chance.one(&accounts)?;
        let used = |world: &Self| {
            let member = &world.cast[at];
            let (step, _) = near(member.phone.as_ref().unwrap(), world.house.app.clock.now())[1];
            world.opened.contains_key(&format!("code of step {step} of {}", member.id))
        };
        if used(self) && self.chance.percent(80) {
            self.travel(31);
        }
        self.cast[at].phone.as_ref().map(|phone| phone.shows(self.house.app.clock.now()))
    }

    fn recovery(&mut self, owner: usize, mood: Mood) -> String {
        let codes: Vec<_> = self.accounts(owner).into_iter().flat_map(|at| self.cast[at].recovery.clone()).collect();
        match self.chance.one(&codes) {
            Some(code) if mood != Mood::Wrong => code.clone(),
            _ => "ABCD-EFGH".to_owned(),
        }
    }

    fn password(&mut self, tab: usize, mood: Mood) -> String {
        let owner = self.tabs[tab].owner;
        if mood == Mood::Wrong {
            return "wrong wrong wrong wrong".to_owned();
        }
        let aim = self.tabs[tab].aim.clone();
        let accounts = self.accounts(owner);
        let meant = accounts.iter().find(|at| aim.as_deref() == Some(self.cast[**at].address(&self.state)));
        let at = meant.filter(|_| mood == Mood::Right).copied().or_else(|| self.chance.one(&accounts).copied());
        at.and_then(|at| self.cast[at].password.clone()).unwrap_or_else(|| "there is no password here".to_owned())
    }

    fn new_password(&mut self, owner: usize, mood: Mood) -> String {
        if mood == Mood::Wrong {
            return ["short", "aaaaaaaaaaaaaaaaaaaa"][self.chance.below(2)].to_owned();
        }
        let password = format!("{} lanterns orbit walnut {owner}", self.passwords.len());
        self.passwords.push(password.clone());
        password
    }

    /// Somebody touches their authenticator: a new key, or the use of one.
    async fn touch(&mut self, tab: usize, options: &str, fields: &mut [(String, String)], mood: Mood) {
        let browser = self.tabs[tab].browser.clone();
        let proof: Vec<_> = fields.iter().filter(|(name, _)| name == "csrf" || name == "flow").cloned().collect();
        let proof: Vec<_> = proof.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let told = browser.post(options, &proof).await;
        self.reached.note("POST", options);
        let Ok(told) = serde_json::from_str::<Value>(&told.html) else { return };
        let (state, asked) = (told["state"].as_str().unwrap_or("").to_owned(), told["options"].clone());
        let issuer = self.house.app.issuer.clone();
        let making = fields.iter().any(|(name, _)| name == "authenticator");
        let (response, data) = if making {
            let mut new = Authenticator::new();
            let made = if mood == Mood::Wrong {
                new.make_wrongly(&issuer, &asked, |said| said.spoil_signature = true)
            } else {
                new.make(&issuer, &asked)
            };
            self.tabs[tab].making = Some(new);
            made
        } else {
            (self.use_key(tab, (&issuer, &asked), mood), String::new())
        };
        for (name, value) in fields {
            match name.as_str() {
                "state" => value.clone_from(&state),
                "response" => value.clone_from(&response),
                "authenticator" => value.clone_from(&data),
                _ => {}
            }
        }
    }

    fn use_key(&mut self, tab: usize, (issuer, asked): (&str, &Value), mood: Mood) -> String {
        let owner = self.tabs[tab].owner;
        let accounts: Vec<_> = self.accounts(owner).into_iter().filter(|at| !self.cast[*at].passkeys.is_empty()).collect();
        let Some(at) = self.chance.one(&accounts).copied() else { return Authenticator::new().answer(issuer, asked) };
        let other = self.cast[self.chance.below(self.cast.len())].user;
        let which = self.chance.below(self.cast[at].passkeys.len());
        let member = &mut self.cast[at];
        let key = &mut member.passkeys[which];
        match mood {
            Mood::Wrong => key.answer_wrongly(issuer, asked, crate::support::authenticator::Said::without_verification),
            // With somebody else's name on it. With one's own it is right.
            Mood::Elsewhere if other != member.user => {
                key.answer_wrongly(issuer, asked, |said| said.user_handle = Some(other.0.as_bytes().to_vec()))
            }
            _ => {
                let response = key.answer(issuer, asked);
                self.answers.insert(response.clone(), member.id.clone());
                response
            }
        }
    }

    /// The same form with something of another: a journey, a proof of the page, a hidden value, a choice.
    fn put_in_foreign(&mut self, tab: usize, fields: &mut [(String, String)]) {
        let Some(at) = (!fields.is_empty()).then(|| self.chance.below(fields.len())) else { return };
        let name = fields[at].0.clone();
        let theirs = match name.as_str() {
            "flow" => self.chance.one(&self.flows).map(|(_, sealed)| sealed.clone()),
            "csrf" => {
                let others: Vec<_> =
                    self.tabs.iter().enumerate().filter(|(other, _)| *other != tab).filter_map(|(_, one)| one.csrf.clone()).collect();
                self.chance.one(&others).cloned()
            }
            // What somebody is called, Mallory may call herself.
            "name" => None,
            _ => {
                let of = |form: &Form| form.value(&name).map(str::to_owned).or_else(|| pressed(form, &name));
                let others: Vec<_> = self.recorded.iter().filter_map(|one| of(&one.form)).collect();
                self.chance.one(&others).cloned()
            }
        };
        if let Some(theirs) = theirs {
            fields[at].1 = theirs;
        }
    }

    /// Where Mallory is not to know any address, none leaves her browsers; and nobody's name does.
    pub fn keep_blind(&self, tab: usize, fields: &mut [(String, String)]) {
        let owner = self.tabs[tab].owner;
        if owner == MALLORY {
            for (_, value) in fields.iter_mut().filter(|(name, _)| name == "name") {
                "Mallory Quillfeather".clone_into(value);
            }
        }
        // Whoever is in an account of hers, by a letter that she sent them, writes down nothing there that she could read.
        if self.blind && self.is_guest(tab) {
            let is_address = |value: &str| foreign_addresses(MALLORY).any(|one| value.contains(one));
            for (_, value) in fields.iter_mut().filter(|(_, value)| is_address(value)) {
                "nobody@okafor.example".clone_into(value);
            }
        }
        if self.blind && owner == MALLORY {
            for (_, value) in fields.iter_mut().filter(|(_, value)| foreign_addresses(owner).any(|one| value.contains(one))) {
                address(owner, 0).clone_into(value);
            }
        }
    }
}

/// What a button of this name says.
fn pressed(form: &Form, name: &str) -> Option<String> {
    form.buttons.iter().filter_map(|button| button.pair.clone()).find(|(one, _)| one == name).map(|(_, value)| value)
}
