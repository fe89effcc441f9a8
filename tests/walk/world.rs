//! People at their browsers, everything that was ever on a page of theirs, and what is known of it all.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, Statement};

use super::chance::Chance;
use super::evidence::{Letter, Return, Shown};
use super::house::House;
use super::page::{Form, Page};
use super::people::{MALLORY, Member, NAMES, hex, reader};
use super::routes::Reached;
use super::state::State;
use super::trace::Trace;
use crate::support::Browser;
use crate::support::authenticator::Authenticator;

/// How many forms are kept to be sent again.
const KEPT: usize = 120;

/// A browser of somebody's.
pub struct Tab {
    pub id: usize,
    pub owner: usize,
    pub browser: Browser,
    pub page: Page,
    /// Where it was sent away to.
    pub away: Option<String>,
    pub csrf: Option<String>,
    /// The address that was typed last.
    pub aim: Option<String>,
    /// The rows that say that it is trusted.
    pub trusted: BTreeSet<String>,
    /// A passkey that is being made.
    pub making: Option<Authenticator>,
}

/// A form that was on a page; and what it was sent with, if it was.
#[derive(Clone)]
pub struct Recorded {
    pub owner: usize,
    pub tab: usize,
    pub form: Form,
    pub sent: Option<(String, Vec<(String, String)>)>,
}

impl Recorded {
    /// Whether only its person can have it: the link of a letter is in its address.
    pub fn is_secret(&self) -> bool {
        self.form.action.starts_with("/l/")
    }
}

pub struct World<'a> {
    pub house: &'a House,
    pub chance: Chance,
    pub cast: Vec<Member>,
    pub tabs: Vec<Tab>,
    pub state: State,
    pub recorded: Vec<Recorded>,
    /// Sealed journeys, and whose.
    pub flows: Vec<(usize, String)>,
    pub letters: Vec<Letter>,
    last_letter: u64,
    pub returns: Vec<(usize, Return)>,
    /// Answers of authenticators, and for whom.
    pub answers: BTreeMap<String, String>,
    /// Devices that wait: what they show, and what they ask with.
    pub devices: Vec<(String, String)>,
    pub approvers: BTreeSet<String>,
    /// What has been shown, by browser and journey, and when.
    pub journeys: BTreeMap<(usize, String), Vec<(Shown, i64)>>,
    /// The same by browser alone.
    pub proofs: BTreeMap<usize, Vec<(Shown, i64)>>,
    /// When a journey came back from another login server.
    pub came_back: BTreeMap<(usize, String), i64>,
    /// How many sessions each thing that works once has opened.
    pub opened: BTreeMap<String, usize>,
    /// Mallory never types an address of the others in this world: no page may show her one.
    pub blind: bool,
    pub passwords: Vec<String>,
    pub trace: Trace,
    pub reached: Reached,
    pub steps: usize,
    pub known: Vec<(String, Vec<&'static str>)>,
    /// Where this walk would like to get to: a path of the list.
    pub goal: String,
    browsers: usize,
}

impl<'a> World<'a> {
    pub async fn begin(house: &'a House, seed: u64) -> Self {
        house.clear().await;
        let mut chance = Chance::new(seed);
        let blind = chance.percent(50);
        let cast = house.people().await;
        let state = State::read(house).await;
        let last_letter = house.app.inbox.list().first().map_or(0, |(number, _)| *number);
        Self {
            house,
            chance,
            cast,
            tabs: Vec::new(),
            state,
            recorded: Vec::new(),
            flows: Vec::new(),
            letters: Vec::new(),
            last_letter,
            returns: Vec::new(),
            answers: BTreeMap::new(),
            devices: Vec::new(),
            approvers: BTreeSet::new(),
            journeys: BTreeMap::new(),
            proofs: BTreeMap::new(),
            came_back: BTreeMap::new(),
            opened: BTreeMap::new(),
            blind,
            passwords: Vec::new(),
            trace: Trace::new(seed),
            reached: Reached::default(),
            steps: 0,
            known: super::routes::known(),
            goal: String::new(),
            browsers: 0,
        }
    }

    /// Three browsers, most of them new.
    pub fn arrive(&mut self) {
        self.goal = self.chance.one(&self.known).map(|(path, _)| path.clone()).unwrap_or_default();
        self.trace.note(format!("--- a new walk, to {}", self.goal));
        let kept = if self.chance.percent(30) { self.tabs.pop() } else { None };
        self.tabs = kept.into_iter().collect();
        while self.tabs.len() < 3 {
            let same = self.tabs.first().map(|tab| tab.owner).filter(|_| self.chance.percent(35));
            let owner = same.unwrap_or_else(|| self.chance.weighed(&[(4, 0), (2, 1), (1, 2), (3, MALLORY)]));
            self.browsers += 1;
            let browser = self.house.browser.another();
            let (page, trusted) = (Page::default(), BTreeSet::new());
            let (away, csrf, aim, making) = (None, None, None, None);
            self.tabs.push(Tab { id: self.browsers, owner, browser, page, away, csrf, aim, trusted, making });
        }
    }

    /// How much a path is on the way of this walk.
    pub fn weight(&self, path: &str) -> usize {
        let path = path.split('?').next().unwrap_or("");
        if path.len() > 3 && (self.goal.starts_with(path) || path.starts_with(&self.goal)) { 12 } else { 1 }
    }

    /// Whether somebody is in an account of Mallory's.
    pub fn is_guest(&self, tab: usize) -> bool {
        let here = self.state.at(&self.tabs[tab].browser);
        let owner = self.cast.iter().find(|member| here.as_ref() == Some(&member.id)).map(|member| member.owner);
        owner == Some(MALLORY) && self.tabs[tab].owner != MALLORY
    }

    /// Who walks at a browser, for the trace.
    pub fn who(&self, tab: usize) -> String {
        format!("{} at browser {}", NAMES[self.tabs[tab].owner], self.tabs[tab].id)
    }

    pub fn record(&mut self, recorded: Recorded) {
        if self.recorded.len() < KEPT {
            self.recorded.push(recorded);
        } else {
            let place = self.chance.below(KEPT);
            self.recorded[place] = recorded;
        }
    }

    /// Keeps a sealed journey.
    pub fn keep_flow(&mut self, owner: usize, sealed: &str) {
        if self.flows.iter().any(|(_, one)| one == sealed) {
            return;
        }
        if self.flows.len() > KEPT {
            let place = self.chance.below(KEPT);
            self.flows.swap_remove(place);
        }
        self.flows.push((owner, sealed.to_owned()));
    }

    /// The name of a sealed journey. Only the tests can look into one.
    pub fn name_of(&self, sealed: &str) -> Option<String> {
        let opened = self.house.app.app.crypto.open_flow(sealed).ok()?;
        let flow: serde_json::Value = serde_json::from_slice(&opened).ok()?;
        flow["id"].as_str().map(str::to_owned)
    }

    /// Reads what has come to the mailboxes.
    pub async fn fetch_mail(&mut self) {
        self.house.app.settle();
        let last = self.last_letter;
        let new: Vec<_> = self.house.app.inbox.list().into_iter().take_while(|(number, _)| *number > last).collect();
        for (number, letter) in new.into_iter().rev() {
            self.last_letter = number;
            let Some(link) = letter.link.as_deref().and_then(|link| link.strip_prefix(&self.house.app.issuer)) else { continue };
            if !link.starts_with("/l/") {
                continue;
            }
            let purpose = self.purpose(link).await;
            let address = letter.to.canonical();
            self.letters.retain(|one| one.link != link);
            self.letters.push(Letter { address, code: letter.code, link: link.to_owned(), purpose, until: letter.until });
        }
    }

    async fn purpose(&self, link: &str) -> String {
        use base64::Engine;
        let body = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&link[3..]).unwrap();
        let db = &self.house.app.app.db;
        let query = format!("SELECT purpose FROM email_challenges WHERE hex(id) = '{}'", hex(&body[..16]));
        let row = db.write().query_one_raw(Statement::from_string(db.backend(), query)).await.unwrap();
        row.map(|row| row.try_get("", "purpose").unwrap()).unwrap_or_default()
    }

    /// The letters that somebody can read, the latest last.
    pub fn mailbox(&self, owner: usize) -> Vec<Letter> {
        self.letters.iter().filter(|letter| reader(&letter.address) == Some(owner)).cloned().collect()
    }

    /// The accounts of somebody.
    pub fn accounts(&self, owner: usize) -> Vec<usize> {
        (0..self.cast.len()).filter(|at| self.cast[*at].owner == owner).collect()
    }
}
