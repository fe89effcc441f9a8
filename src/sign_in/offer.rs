//! Whether to offer a passkey on the way from a sign-in: after a sign-up and a recovery, where the browser can make one, and never
//! so often that it is a nuisance.

use std::time::Duration;

use actix_web::HttpResponse;

use super::{Asked, Flow};
use crate::app::App;
use crate::credential::{self, Kind};
use crate::error::Result;
use crate::form::cookie;
use crate::session::Visitor;
use crate::types::{UnixMillis, UserId};
use crate::user;

/// What a page's script says that this browser can do: `p` make passkeys, `c` make one by itself after a password.
const CAN: &str = "hk-can";
/// How often, and when, this browser was offered one.
const OFFERED: &str = "__Host-hk-offered";
const PAUSE: Duration = Duration::from_hours(24 * 30);
const MOST: u8 = 3;
const KEPT: Duration = Duration::from_hours(24 * 365);

/// Offers made at a browser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Offers {
    count: u8,
    last: i64,
}

impl Offers {
    fn read(text: &str) -> Self {
        let read = |(count, last): (&str, &str)| Some(Self { count: count.parse().ok()?, last: last.parse().ok()? });
        text.split_once('.').and_then(read).unwrap_or_default()
    }

    fn one_more(self, now: UnixMillis) -> bool {
        self.count < MOST && now.0.saturating_sub(self.last) >= i64::try_from(PAUSE.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Whether this person, who has just come in by this journey, is offered one.
pub(super) async fn is_offered(app: &App, visitor: &Visitor, flow: &Flow, user: UserId) -> Result<bool> {
    let can = visitor.cookie(CAN).is_some_and(|can| can.contains('p'));
    let offers = visitor.cookie(OFFERED).map(|text| Offers::read(&text)).unwrap_or_default();
    if !can || !offers.one_more(app.clock.now()) || !app.config.offers_passkeys() || flow.asked() != Asked::default() {
        return Ok(false);
    }
    let is_new = user::find(app.db.read(), user).await?.is_some_and(|user| user.created_at >= flow.began);
    Ok((is_new || flow.recovery.is_some()) && credential::count(app.db.read(), user, Kind::Passkey).await? == 0)
}

/// Whether the browser makes a passkey by itself, once it has seen the password.
pub fn makes_by_itself(visitor: &Visitor) -> bool {
    visitor.cookie(CAN).is_some_and(|can| can.contains('c'))
}

/// Notes that one was offered; `never` that none is to be any more.
pub fn note(app: &App, visitor: &Visitor, never: bool, response: &mut HttpResponse) {
    let offers = visitor.cookie(OFFERED).map(|text| Offers::read(&text)).unwrap_or_default();
    let count = if never { MOST } else { offers.count.saturating_add(1) };
    cookie::set(response, OFFERED, &format!("{count}.{}", app.clock.now().0), Some(KEPT));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_in_thirty_days_and_three_times_in_all() {
        let now = UnixMillis(1_772_400_000_000);
        let day = 24 * 60 * 60 * 1000;
        for (text, offered) in [
            (String::new(), true),
            (format!("1.{}", now.0 - 29 * day), false),
            (format!("1.{}", now.0 - 30 * day), true),
            (format!("2.{}", now.0 - 31 * day), true),
            (format!("3.{}", now.0 - 99 * day), false),
            (format!("255.{}", now.0 - 99 * day), false),
            ("garbage".into(), true),
            ("1.x".into(), true),
            (format!("1.{}", i64::MAX), false),
        ] {
            assert_eq!(Offers::read(&text).one_more(now), offered, "{text}");
        }
    }
}
