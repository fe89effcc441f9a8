//! One step: a request, its answer, what must hold after it, and what is learned from it.

use std::time::Duration;

use super::evidence::{Shown, shown};
use super::law::Step;
use super::page::Page;
use super::people::{MALLORY, foreign_addresses};
use super::state::State;
use super::world::{Recorded, World};
use crate::support::View;

/// Nobody waits longer for a page.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is about to be asked.
#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub fields: Vec<(String, String)>,
}

impl Request {
    pub fn get(path: &str) -> Self {
        Self { method: "GET", path: path.to_owned(), fields: Vec::new() }
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// Whether it brings what another login server sends people back with, by address or by form.
    fn comes_back_by(&self, path: &str) -> bool {
        let as_query = || url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish();
        self.path == path
            || (self.method == "POST" && path.split_once('?').is_some_and(|(bare, query)| self.path == bare && as_query() == query))
    }

    /// Its sealed journey.
    fn flow(&self) -> Option<String> {
        let of_query = || {
            let query = self.path.split_once('?')?.1;
            url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "flow").map(|(_, value)| value.into_owned())
        };
        self.value("flow").map(str::to_owned).or_else(of_query)
    }
}

impl World<'_> {
    /// Asks, and holds the answer to the law.
    pub async fn ask(&mut self, tab: usize, request: Request) {
        let who = self.who(tab);
        self.trace.asks(&who, request.method, &request.path, &request.fields);
        self.reached.note(request.method, &request.path);
        let now = self.house.app.clock.now();
        let evidence = self.evidence(&request).await;
        let browser = self.tabs[tab].browser.clone();
        let fields: Vec<_> = request.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer =
            async { if request.method == "GET" { browser.get(&request.path).await } else { browser.post(&request.path, &fields).await } };
        let before = (self.state.at(&browser), std::mem::take(&mut self.state));
        let view =
            tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("no answer to {} {}", request.method, request.path));
        let page = Page::read(&view);
        self.trace.answered(view.status, view.url.path(), &page.h1);
        self.reached.note("GET", view.url.path());
        self.steps += 1;
        self.state = State::read(self.house).await;
        let flow = request.flow().and_then(|sealed| self.name_of(&sealed));
        let (id, owner) = (self.tabs[tab].id, self.tabs[tab].owner);
        let journey = flow.clone().map(|flow| (id, flow));
        let earlier = journey.as_ref().and_then(|journey| self.journeys.get(journey).cloned()).unwrap_or_default();
        if request.value("decision") == Some("connect") {
            self.approvers.extend(before.0.clone());
        }
        let path = request.path.split('?').next().unwrap_or("");
        let step = Step {
            before: &before.1,
            after: &self.state,
            walker: Some(owner),
            cast: &self.cast,
            at: [before.0, self.state.at(&browser)],
            shown: &evidence,
            earlier: &earlier,
            here: self.proofs.get(&id).map(Vec::as_slice).unwrap_or_default(),
            came_back: journey.and_then(|journey| self.came_back.get(&journey).copied()),
            now: now.0,
            path,
            trusted: &self.tabs[tab].trusted,
            approvers: &self.approvers,
            closed: self.house.closed,
            required: self.house.required,
        };
        step.judge().unwrap_or_else(|violated| panic!("violated: {violated}"));
        self.shows_nothing_of_others(owner, &view);
        is_a_page(&view, &page);
        self.note_opened(&before.1, &evidence, &earlier, path);
        self.learn(tab, &before.1, (&view, &page)).await;
        let mut evidence = evidence;
        evidence.extend(self.chosen_now(&before.1, &request.path));
        self.remember(tab, request, (flow, evidence, now.0), (view, page));
    }

    /// Whoever has chosen a new password after a letter has proved who they are.
    fn chosen_now(&self, before: &State, path: &str) -> Option<Shown> {
        let changes = before.changes(&self.state);
        let chosen = changes.iter().find(|change| change.kind() == "password" && change.after.is_some());
        chosen.filter(|_| path == "/recover/new").map(|change| Shown::Reset(change.user.to_owned()))
    }

    /// What the request shows of anybody.
    async fn evidence(&self, request: &Request) -> Vec<Shown> {
        let now = self.house.app.clock.now();
        let mut found = Vec::new();
        if request.method == "POST" {
            found = shown(&self.cast, &self.letters, (&request.path, &request.fields), now);
            let answer = request.value("response").and_then(|answer| self.answers.get(answer));
            found.extend(answer.map(|user| Shown::Passkey(user.clone())));
        }
        if let Some((_, back)) = self.returns.iter().find(|(_, back)| request.comes_back_by(&back.path)) {
            for member in &self.cast {
                let ground = &self.house.app.app;
                let linked = housekey::identity::of_user(ground.db.write(), &ground.crypto, member.user).await.unwrap();
                let is_it = |provider: &str, subject: &str| provider == back.provider && subject == back.subject;
                if linked.iter().any(|one| is_it(one.identity.provider.as_str(), &one.identity.subject)) {
                    found.push(Shown::Provider(member.id.clone()));
                }
            }
            found.extend(back.vouched.clone().map(Shown::Vouched));
        }
        found
    }

    /// No page tells Mallory what she does not know.
    fn shows_nothing_of_others(&self, owner: usize, view: &View) {
        if owner != MALLORY {
            return;
        }
        let shows = |text: &str| view.html.contains(text) || view.left_for.as_ref().is_some_and(|to| to.contains(text));
        for name in ["Maya Quill", "Noor Quill", "Ben Quill"] {
            assert!(!shows(name), "violated: Mallory is shown {name:?}");
        }
        if self.blind {
            for address in foreign_addresses(MALLORY) {
                assert!(!shows(address), "violated: Mallory is shown {address}, which she never typed");
            }
        }
    }

    /// A code, a link: one session.
    fn note_opened(&mut self, before: &State, evidence: &[Shown], earlier: &[(Shown, i64)], path: &str) {
        let changes = before.changes(&self.state);
        let Some(begun) = changes.iter().find(|change| change.table == "sessions" && change.is_new()).map(|change| change.user.to_owned())
        else {
            return;
        };
        let is_theirs = |one: &&Shown| one.is_first_of(&begun, &self.state) || one.is_second_of(&begun);
        let mut used: Vec<_> = evidence.iter().filter(is_theirs).filter_map(Shown::once).collect();
        // A new password opens by one of the letters that allowed it, which the walker cannot tell from those that were typed in vain.
        if path == "/recover/new" && used.is_empty() {
            let resets: Vec<_> =
                earlier.iter().filter(|(one, _)| is_theirs(&one) && one.is_reset()).filter_map(|(one, _)| one.once()).collect();
            used.extend(resets.iter().find(|one| !self.opened.contains_key(*one)).or(resets.last()).cloned());
        }
        for one in used {
            let times = self.opened.entry(one.clone()).or_default();
            *times += 1;
            assert!(*times == 1, "violated: {one} has opened {times} sessions");
        }
    }

    /// Keeps what was on the page, and what the journey has shown.
    fn remember(
        &mut self,
        tab: usize,
        request: Request,
        (flow, evidence, now): (Option<String>, Vec<Shown>, i64),
        (view, page): (View, Page),
    ) {
        let (id, owner) = (self.tabs[tab].id, self.tabs[tab].owner);
        let mut sealed: Vec<String> = page.forms.iter().filter_map(|form| form.value("flow").map(str::to_owned)).collect();
        sealed.extend(Request::get(&view.url[url::Position::BeforePath..]).flow());
        sealed.extend(page.links.iter().filter_map(|link| Request::get(link).flow()));
        sealed.dedup();
        let names: Vec<_> = sealed.iter().filter_map(|one| self.name_of(one)).chain(flow).collect();
        if request.path.contains("/callback") {
            self.came_back.extend(names.iter().map(|name| ((id, name.clone()), now)));
        }
        if !evidence.is_empty() {
            self.proofs.entry(id).or_default().extend(evidence.iter().map(|one| (one.clone(), now)));
            for name in names {
                self.journeys.entry((id, name)).or_default().extend(evidence.iter().map(|one| (one.clone(), now)));
            }
        }
        for one in sealed.iter().take(3) {
            self.keep_flow(owner, one);
        }
        if let Some(aim) = request.value("email") {
            self.tabs[tab].aim = Some(aim.to_owned());
        }
        if request.method == "POST"
            && let Some(form) = self.tabs[tab].page.forms.iter().find(|form| form.action == request.path).cloned()
        {
            let sent = Some((request.path, request.fields));
            self.record(Recorded { owner, tab: id, form, sent });
        }
        for form in page.forms.iter().take(4).cloned() {
            self.record(Recorded { owner, tab: id, form, sent: None });
        }
        let tab = &mut self.tabs[tab];
        tab.csrf = page.forms.iter().find_map(|form| form.value("csrf").map(str::to_owned)).or(tab.csrf.take());
        (tab.page, tab.away) = (page, view.left_for);
    }
}

/// Whatever went wrong is said in words, on a page.
fn is_a_page(view: &View, page: &Page) {
    // Another login server did not answer in time: on a busy machine that is the truth.
    let is_theirs = view.status == 503 && view.url.path().starts_with("/oauth/");
    assert!(view.status < 500 || is_theirs, "violated: {} at {}", view.status, view.url.path());
    if view.status >= 400 {
        let html = view.header("content-type").starts_with("text/html");
        assert!(
            html && !page.h1.is_empty() && page.words.len() > 40,
            "violated: {} at {} says only {:?}",
            view.status,
            view.url.path(),
            view.html
        );
    }
}
