//! What somebody does next: goes on as the page says, goes back, goes elsewhere, or does what the page never offered.

use std::time::Duration;

use super::ask::Request;
use super::fill::Mood;
use super::page::Form;
use super::world::{Recorded, World};

#[derive(Clone, Copy)]
enum Move {
    Form,
    Link,
    /// A known path, with a journey of somebody or none.
    Direct,
    /// Another page of journeys, with this one: a step is left out, or taken twice.
    Ahead,
    Back,
    /// A form of another browser.
    Foreign,
    /// The link of a letter.
    Mail,
    /// Yes or no at the other login server.
    Provider,
    /// An address to come back to, once more or in another browser.
    Return,
    Device,
    Poll,
}

/// Where people begin.
const DOORS: [&str; 14] = [
    "/sign-in",
    "/sign-in",
    "/sign-in",
    "/sign-up",
    "/recover",
    "/oauth/u1",
    "/oauth/u2",
    "/account/security",
    "/account/email",
    "/account/connections",
    "/account/devices",
    "/account/applications",
    "/device",
    "/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F&state=s1",
];

/// Where the pages of journeys are.
const JOURNEYS: [&str; 8] = ["/sign-in", "/sign-up", "/recover", "/link", "/linked", "/continue", "/reauth", "/passkey"];

impl World<'_> {
    /// Lets time pass.
    pub fn travel(&mut self, seconds: u64) {
        self.trace.note(format!("    {seconds} seconds go by"));
        self.house.app.travel(Duration::from_secs(seconds));
    }

    /// The next step of somebody, at the browser of the last one or another.
    pub async fn step(&mut self, last: usize) -> usize {
        let tab = if self.chance.percent(20) { self.chance.below(self.tabs.len()) } else { last };
        if self.chance.percent(7) {
            let seconds = self.chance.weighed(&[(4, 31), (2, 301), (2, 601), (1, 901), (1, 3601)]);
            self.travel(seconds);
        }
        match self.next(tab) {
            Move::Form => {
                let form = self.some_form(tab);
                let mood = self.mood();
                let request = self.fill(tab, &form, mood).await;
                self.ask(tab, request).await;
            }
            Move::Link => {
                let links = self.tabs[tab].page.links.clone();
                let weighed: Vec<_> = links.iter().enumerate().map(|(at, to)| (self.weight(to), at)).collect();
                let to = links[self.chance.weighed(&weighed)].clone();
                self.ask(tab, Request::get(&to)).await;
            }
            Move::Direct => self.direct(tab).await,
            Move::Ahead => self.ahead(tab).await,
            Move::Back => self.again(tab, |recorded, (id, _)| recorded.tab == id).await,
            Move::Foreign => self.again(tab, |recorded, (id, _)| recorded.tab != id).await,
            Move::Mail => self.mail(tab).await,
            Move::Provider => self.provider(tab).await,
            Move::Return => self.come_back_again(tab).await,
            Move::Device => self.begin_device().await,
            Move::Poll => self.poll().await,
        }
        tab
    }

    fn next(&mut self, tab: usize) -> Move {
        let now = &self.tabs[tab];
        let mut moves = vec![(8, Move::Direct), (5, Move::Mail), (1, Move::Device)];
        if now.away.as_ref().is_some_and(|to| self.house.providers.iter().any(|one| to.starts_with(&one.issuer))) {
            moves.push((70, Move::Provider));
        }
        for (weight, is_there, what) in [
            (80, !now.page.forms.is_empty(), Move::Form),
            (14, !now.page.links.is_empty(), Move::Link),
            (20, now.page.forms.iter().any(|form| form.value("flow").is_some()), Move::Ahead),
            (8, self.recorded.iter().any(|one| one.tab == now.id), Move::Back),
            // A browser that has never been here has nothing to prove a form with.
            (10, now.csrf.is_some() && self.recorded.iter().any(|one| one.tab != now.id), Move::Foreign),
            (3, !self.returns.is_empty(), Move::Return),
            (3, !self.devices.is_empty(), Move::Poll),
        ] {
            if is_there {
                moves.push((weight, what));
            }
        }
        self.chance.weighed(&moves)
    }

    /// A form of the page: those with something to type more often than buttons.
    fn some_form(&mut self, tab: usize) -> Form {
        let forms = self.tabs[tab].page.forms.clone();
        let typed = |form: &Form| form.fields.iter().any(|field| field.kind != "hidden");
        let weighed: Vec<_> =
            forms.iter().enumerate().map(|(at, form)| (self.weight(&form.action) * if typed(form) { 3 } else { 1 }, at)).collect();
        forms[self.chance.weighed(&weighed)].clone()
    }

    /// Somebody comes in by the door, as they are meant to: some of them not quite.
    pub async fn come_in(&mut self, tab: usize) {
        if self.state.at(&self.tabs[tab].browser).is_some() || self.chance.percent(50) {
            return;
        }
        self.ask(tab, Request::get("/sign-in")).await;
        for path in ["/sign-in", "/sign-in/password", "/sign-in/two-step", "/sign-in/two-step/set-up", "/sign-in/two-step/saved"] {
            let leads = |form: &&Form| form.action == path || form.buttons.iter().any(|button| button.action.as_deref() == Some(path));
            let Some(mut form) = self.tabs[tab].page.forms.iter().find(leads).cloned() else { continue };
            if self.chance.percent(5) {
                return;
            }
            path.clone_into(&mut form.action);
            form.buttons.clear();
            let request = self.fill(tab, &form, Mood::Right).await;
            self.ask(tab, request).await;
        }
    }

    async fn direct(&mut self, tab: usize) {
        let goal = self.goal.clone();
        if self.chance.percent(25)
            && self.known.iter().any(|(path, methods)| *path == goal && methods.contains(&"GET") && !path.contains('{'))
        {
            let flow = self.some_flow(tab).map(|flow| format!("?flow={flow}")).unwrap_or_default();
            return self.ask(tab, Request::get(&format!("{goal}{flow}"))).await;
        }
        if self.chance.percent(45) {
            let consent = self.house.apps[1].authorize_path("");
            let doors: Vec<_> = DOORS
                .iter()
                .map(|door| (*door).to_owned())
                .chain([consent.clone(), consent])
                .chain(self.devices.iter().map(|_| "/device".to_owned()).take(4))
                .collect();
            let door = self.chance.one(&doors).cloned().unwrap();
            return self.ask(tab, Request::get(&door)).await;
        }
        let known = self.known.clone();
        let weighed: Vec<_> = known.iter().enumerate().map(|(at, (path, _))| (self.weight(path), at)).collect();
        let (path, methods) = known[self.chance.weighed(&weighed)].clone();
        let own: Vec<_> = self.mailbox(self.tabs[tab].owner).into_iter().map(|letter| letter.link).collect();
        let link = self.chance.one(&own).map_or("AAAA", |link| &link[3..]).to_owned();
        let path = path.replace("{provider}", ["u1", "u2"][self.chance.below(2)]).replace("{link}", &link);
        let flow = self.some_flow(tab);
        if methods.contains(&"GET") && self.chance.percent(65) || self.chance.percent(3) {
            let query = flow.map(|flow| format!("?flow={flow}")).unwrap_or_default();
            return self.ask(tab, Request::get(&format!("{path}{query}"))).await;
        }
        // Everything that some form asks for, sent to where it was never meant to go.
        let owner = self.tabs[tab].owner;
        let forms: Vec<_> = self.recorded.iter().filter(|one| one.owner == owner || !one.is_secret()).map(|one| one.form.clone()).collect();
        let mut request = Request { method: "POST", path: path.clone(), fields: Vec::new() };
        if let Some(form) = self.chance.one(&forms).cloned() {
            let mood = self.mood();
            request = self.fill(tab, &Form { action: path.clone(), options: None, ..form }, mood).await;
        }
        request.path = path;
        let csrf = self.tabs[tab].csrf.clone().unwrap_or_default();
        for (name, value) in [("csrf", Some(csrf)), ("flow", flow)] {
            if let Some(value) = value {
                request.fields.retain(|(one, _)| one != name);
                request.fields.push((name.to_owned(), value));
            }
        }
        self.ask(tab, request).await;
    }

    /// To a page of journeys that this one may not have come to yet, or is past.
    async fn ahead(&mut self, tab: usize) {
        let flow = self.tabs[tab].page.forms.iter().find_map(|form| form.value("flow")).unwrap_or_default().to_owned();
        let is_one =
            |path: &str| JOURNEYS.iter().any(|one| path == *one || path.strip_prefix(one).is_some_and(|rest| rest.starts_with('/')));
        let paths = self.known.iter().filter(|(path, methods)| methods.contains(&"GET") && !path.contains('{') && is_one(path));
        let paths: Vec<_> = paths.map(|(path, _)| path.clone()).collect();
        let weighed: Vec<_> = paths.iter().enumerate().map(|(at, path)| (self.weight(path), at)).collect();
        let path = &paths[self.chance.weighed(&weighed)];
        self.ask(tab, Request::get(&format!("{path}?flow={flow}"))).await;
    }

    /// A sealed journey: the one that this browser is on, or any other, or none.
    fn some_flow(&mut self, tab: usize) -> Option<String> {
        let here = self.tabs[tab].page.forms.iter().find_map(|form| form.value("flow")).map(str::to_owned);
        match self.chance.weighed(&[(5, 0), (4, 1), (2, 2)]) {
            0 if here.is_some() => here,
            2 => None,
            _ => self.chance.one(&self.flows).map(|(_, sealed)| sealed.clone()),
        }
    }

    /// A form that was there before: as it was sent, or filled in anew.
    async fn again(&mut self, tab: usize, which: impl Fn(&Recorded, (usize, usize)) -> bool) {
        let (id, owner) = (self.tabs[tab].id, self.tabs[tab].owner);
        let mine = |one: &&Recorded| which(one, (id, owner)) && (one.owner == owner || !one.is_secret());
        let found: Vec<_> = self.recorded.iter().filter(mine).cloned().collect();
        let Some(recorded) = self.chance.one(&found).cloned() else { return self.direct(tab).await };
        // Nobody sends what only somebody else could have typed.
        let as_sent = recorded.sent.filter(|_| recorded.owner == owner && self.chance.percent(45));
        let mut request = if let Some((path, fields)) = as_sent {
            Request { method: "POST", path, fields }
        } else {
            let mood = self.mood();
            self.fill(tab, &recorded.form, mood).await
        };
        // The proof of the page is this browser's own, most of the time.
        if let Some(csrf) = self.tabs[tab].csrf.clone().filter(|_| self.chance.percent(80)) {
            for (_, value) in request.fields.iter_mut().filter(|(name, _)| name == "csrf") {
                value.clone_from(&csrf);
            }
        }
        self.keep_blind(tab, &mut request.fields);
        self.ask(tab, request).await;
    }
}
