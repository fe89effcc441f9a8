//! Whoever changes how an account is reached has proved who they are a short while ago.

use std::time::Duration;

use actix_web::HttpResponse;

use crate::app::App;
use crate::error::Result;
use crate::session::{Session, Visitor};
use crate::sign_in::{self, Destination};
use crate::user::{self, Person};

const RECENT: Duration = Duration::from_mins(5);

/// Who is signed in here, and has proved it recently; or where to do that first, and then come back.
pub(super) async fn recently_proved(
    app: &App,
    visitor: &Visitor,
    back_to: Destination,
) -> Result<std::result::Result<(Session, Person), HttpResponse>> {
    let session = visitor.session(app).await?;
    let session = session.filter(|session| app.clock.now().since(session.auth_time) <= RECENT);
    let person = match &session {
        Some(session) => user::look(&app.db, session.user).await?,
        None => None,
    };
    if let Some(found) = session.zip(person) {
        return Ok(Ok(found));
    }
    Ok(Err(sign_in::set_out(app, visitor, back_to, "/sign-in")?))
}
