//! Every page in every state, with fixed people and words in it: for looking at (`/dev/pages` of a development server), and
//! for the tests that hold all pages to what they promise.

mod letters;
#[cfg(test)]
pub(crate) mod tests;

use askama::{DynTemplate, Template};

use crate::account::{connections, data, devices, email, home, leave, offer, password as account_password, replace, security};
use crate::app_session::view as app_session;
use crate::dev::pages_view;
use crate::dev::view as dev;
use crate::email_code::{keep, link_view as link, view as email_code};
use crate::error::{Error, Result};
use crate::oidc::{authorize, consent, device};
use crate::page::{self, Page, Sample};
use crate::sign_in::{accounts, step_up, view as sign_in};
use crate::{password, sign_up, two_step, upstream};

pub use letters::letters;

/// One page in one state.
pub struct Shown {
    /// The page: the name of its type.
    pub page: &'static str,
    /// The state. No other page has one of that name.
    pub name: &'static str,
    template: Box<dyn DynTemplate>,
}

impl Shown {
    /// All of it.
    pub fn html(&self) -> Result<String> {
        self.template.dyn_render().map_err(|error| Error::broken("a page cannot be rendered", error))
    }
}

fn add<P: Template + Sample + 'static>(page: &dyn Fn() -> Page, all: &mut Vec<Shown>) {
    let path = std::any::type_name::<P>();
    let page_name = path.rsplit_once("::").map_or(path, |(_, name)| name);
    let shown = |(name, sample): (&'static str, P)| Shown { page: page_name, name, template: Box::new(sample) };
    all.extend(P::samples(page).into_iter().map(shown));
}

/// Every page. A new one is added here.
pub fn pages(page: &dyn Fn() -> Page) -> Vec<Shown> {
    let mut all = Vec::new();
    of_ways_in(page, &mut all);
    of_letters(page, &mut all);
    of_apps(page, &mut all);
    of_owners(page, &mut all);
    of_trouble(page, &mut all);
    all
}

fn of_ways_in(page: &dyn Fn() -> Page, all: &mut Vec<Shown>) {
    add::<sign_in::SignInPage>(page, all);
    add::<password::view::PasswordPage>(page, all);
    add::<password::view::ForgotPage>(page, all);
    add::<password::view::ResetPage>(page, all);
    add::<sign_up::view::SignUpPage>(page, all);
    add::<sign_up::view::ChoosePasswordPage>(page, all);
    add::<sign_up::view::SignUpClosedPage>(page, all);
    add::<two_step::view::TwoStepPage>(page, all);
    add::<two_step::view::SetUpPage>(page, all);
    add::<two_step::view::CodesPage>(page, all);
    add::<upstream::view::ProvePage>(page, all);
    add::<upstream::view::ConnectPage>(page, all);
    add::<upstream::view::LinkedPage>(page, all);
    add::<upstream::view::ProviderFailedPage>(page, all);
    add::<upstream::view::ProviderTestPage>(page, all);
    add::<step_up::StepUpPage>(page, all);
    add::<sign_in::SignOutPage>(page, all);
    add::<sign_in::SignedOutPage>(page, all);
}

fn of_letters(page: &dyn Fn() -> Page, all: &mut Vec<Shown>) {
    add::<email_code::CheckEmailPage>(page, all);
    add::<email_code::CheckEmailOfflinePage>(page, all);
    add::<email_code::CheckEmailExpiredPage>(page, all);
    add::<link::LinkPage>(page, all);
    add::<link::LinkOtherPage>(page, all);
    add::<link::LinkUsedPage>(page, all);
    add::<link::LinkExpiredPage>(page, all);
    add::<link::LinkCancelledPage>(page, all);
    add::<link::LinkElsewherePage>(page, all);
    add::<link::ConfirmedPage>(page, all);
    add::<keep::KeepPage>(page, all);
    add::<keep::KeptPage>(page, all);
}

fn of_apps(page: &dyn Fn() -> Page, all: &mut Vec<Shown>) {
    add::<accounts::AccountsPage>(page, all);
    add::<consent::view::ConsentPage>(page, all);
    add::<app_session::ContinuePage>(page, all);
    add::<authorize::view::FormPostPage>(page, all);
    add::<device::view::DevicePage>(page, all);
    add::<device::view::DeviceConfirmPage>(page, all);
    add::<device::view::DeviceDonePage>(page, all);
}

fn of_owners(page: &dyn Fn() -> Page, all: &mut Vec<Shown>) {
    add::<home::ProfilePage>(page, all);
    add::<email::EmailPage>(page, all);
    add::<replace::ReplacePage>(page, all);
    add::<security::SecurityPage>(page, all);
    add::<account_password::NewPasswordPage>(page, all);
    add::<offer::OfferPage>(page, all);
    add::<devices::DevicesPage>(page, all);
    add::<connections::ConnectionsPage>(page, all);
    add::<data::DataPage>(page, all);
    add::<leave::LeavePage>(page, all);
}

fn of_trouble(page: &dyn Fn() -> Page, all: &mut Vec<Shown>) {
    add::<page::ErrorPage>(page, all);
    add::<page::NotFoundPage>(page, all);
    add::<page::StalePage>(page, all);
    add::<page::CookiesPage>(page, all);
    add::<page::BusyPage>(page, all);
    add::<page::DevErrorPage>(page, all);
    add::<dev::InboxPage>(page, all);
    add::<pages_view::PagesPage>(page, all);
}
