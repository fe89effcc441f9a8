//! Everything that can be asked, by who may ask it. An unknown method of a known path is a 405.

use actix_web::web::{self, ServiceConfig, get, post, resource};

use crate::app_session::{origin, page as app_page, refresh, start, status};
use crate::oidc::{authorize, consent, cors, device, discovery, introspect, jwks, logout, pushed, revoke, token, userinfo};
use crate::password::reset_page;
use crate::server::{assets, failed, health};
use crate::upstream::link_page;
use crate::{account, dev, email_code, passkey, password, sign_in, sign_up, two_step, upstream};

/// Every path below the issuer.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(for_machines)
        .configure(for_programs)
        .configure(for_apps)
        .configure(for_people)
        .configure(for_owners)
        .default_service(web::to(failed::not_found));
}

/// Load balancers and browsers' caches.
fn for_machines(config: &mut ServiceConfig) {
    config
        .service(resource("/health").route(get().to(health::get_health)))
        .service(resource("/ready").route(get().to(health::get_ready)))
        .service(resource("/.well-known/change-password").route(get().to(account::well_known::get_change_password)))
        .service(resource("/.well-known/webauthn").route(get().to(account::well_known::get_related_origins)))
        .service(resource("/.well-known/passkey-endpoints").route(get().to(account::well_known::get_passkey_endpoints)))
        .service(resource("/assets/{name:.*}").route(get().to(assets::get_asset)));
}

/// Anything that speaks OAuth: no cookies.
fn for_programs(config: &mut ServiceConfig) {
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        config.service(
            resource(path).route(get().to(discovery::get_discovery)).route(web::method(http::OPTIONS).to(cors::preflight_for_anyone)),
        );
    }
    config
        .service(
            resource("/.well-known/jwks.json")
                .route(get().to(jwks::get_jwks))
                .route(web::method(http::OPTIONS).to(cors::preflight_for_anyone)),
        )
        .service(resource("/token").route(post().to(token::post_token)).route(web::method(http::OPTIONS).to(cors::preflight)))
        .service(resource("/par").route(post().to(pushed::post_par)).route(web::method(http::OPTIONS).to(cors::preflight)))
        .service(resource("/device/authorize").route(post().to(device::post_device_authorize)))
        .service(resource("/revoke").route(post().to(revoke::post_revoke)).route(web::method(http::OPTIONS).to(cors::preflight)))
        .service(resource("/introspect").route(post().to(introspect::post_introspect)))
        .service(
            resource("/userinfo")
                .route(get().to(userinfo::get_userinfo))
                .route(post().to(userinfo::post_userinfo))
                .route(web::method(http::OPTIONS).to(cors::preflight)),
        )
        .service(
            resource("/account/providers/{provider}/token")
                .route(post().to(account::provider_token::post_provider_token))
                .route(web::method(http::OPTIONS).to(cors::preflight)),
        );
}

/// Scripts of registered origins, with the refresh cookie.
fn for_apps(config: &mut ServiceConfig) {
    config
        .service(
            resource("/session/token")
                .route(post().to(refresh::post_session_token))
                .route(web::method(http::OPTIONS).to(origin::preflight)),
        )
        .service(
            resource("/session/status").route(get().to(status::get_session_status)).route(web::method(http::OPTIONS).to(origin::preflight)),
        )
        .service(
            resource("/session/end").route(post().to(refresh::post_session_end)).route(web::method(http::OPTIONS).to(origin::preflight)),
        );
}

/// Browsers. Every form here carries its proof: see `form::Form`.
fn for_people(config: &mut ServiceConfig) {
    config
        .service(resource("/authorize").route(get().to(authorize::get_authorize)).route(post().to(authorize::post_authorize)))
        .service(resource("/end-session").route(get().to(logout::get_end_session)).route(post().to(logout::post_end_session)))
        .service(resource("/sign-in").route(get().to(start::get_sign_in)).route(post().to(sign_in::page::post_sign_in)))
        .service(
            resource("/sign-in/password").route(get().to(password::page::get_password)).route(post().to(password::page::post_password)),
        )
        .service(resource("/sign-up").route(get().to(sign_up::page::get_sign_up)).route(post().to(sign_up::page::post_sign_up)))
        .service(
            resource("/sign-up/password")
                .route(get().to(sign_up::page::get_choose_password))
                .route(post().to(sign_up::page::post_choose_password)),
        )
        .service(resource("/oauth/{provider}").route(get().to(start::get_oauth)))
        .service(
            resource("/oauth/{provider}/callback")
                .route(get().to(upstream::page::get_callback))
                .route(post().to(upstream::page::post_callback)),
        )
        .service(resource("/link").route(get().to(link_page::get_link)).route(post().to(link_page::post_link)))
        .service(resource("/linked").route(get().to(link_page::get_linked)).route(post().to(link_page::post_linked)))
        .service(resource("/sign-in/passkey").route(post().to(passkey::page::post_passkey)))
        .service(resource("/sign-in/passkey/options").route(post().to(passkey::page::post_options)))
        .service(
            resource("/sign-in/two-step").route(get().to(two_step::page::get_two_step)).route(post().to(two_step::page::post_two_step)),
        )
        .service(resource("/reauth").route(get().to(sign_in::step_up::get_reauth)))
        .service(resource("/sign-in/two-step/set-up").route(post().to(two_step::page::post_set_up)))
        .service(resource("/sign-in/two-step/saved").route(post().to(two_step::page::post_saved)))
        .service(resource("/sign-in/email").route(post().to(email_code::page::post_email)))
        .service(resource("/sign-in/check").route(get().to(email_code::page::get_check)).route(post().to(email_code::page::post_check)))
        .service(resource("/sign-in/check/status").route(get().to(email_code::page::get_status)))
        .service(resource("/sign-in/resend").route(post().to(email_code::page::post_resend)))
        .service(
            resource("/l/{link}")
                .route(get().to(email_code::link::get_link))
                .route(web::head().to(email_code::link::get_link))
                .route(post().to(email_code::link::post_link)),
        )
        .service(resource("/l/{link}/cancel").route(post().to(email_code::link::post_cancel)))
        .service(resource("/l/{link}/keep").route(post().to(email_code::keep::post_keep)))
        .service(resource("/recover").route(get().to(reset_page::get_forgot)).route(post().to(reset_page::post_forgot)))
        .service(resource("/recover/new").route(get().to(reset_page::get_reset)).route(post().to(reset_page::post_reset)))
        .service(resource("/sign-out").route(get().to(sign_in::page::get_sign_out)).route(post().to(sign_in::page::post_sign_out)))
        .service(resource("/signed-out").route(get().to(sign_in::page::get_signed_out)))
        .service(resource("/continue").route(get().to(app_page::get_continue)))
        .service(resource("/device").route(get().to(device::page::get_device)).route(post().to(device::page::post_device)))
        .service(resource("/device/confirm").route(get().to(device::page::get_confirm)).route(post().to(device::page::post_confirm)))
        .service(resource("/consent").route(post().to(consent::page::post_consent)));
}

/// Who is signed in, about themselves.
fn for_owners(config: &mut ServiceConfig) {
    config
        .service(resource("/").route(get().to(account::home::get_account)))
        .service(resource("/account").route(get().to(account::home::get_account)).route(post().to(account::home::post_account)))
        .service(
            resource("/account/connections")
                .route(get().to(account::connections::get_connections))
                .route(post().to(account::connections::post_connections)),
        )
        .service(
            resource("/account/applications")
                .route(get().to(account::applications::get_applications))
                .route(post().to(account::applications::post_applications)),
        )
        .service(
            resource("/account/devices").route(get().to(account::devices::get_devices)).route(post().to(account::devices::post_devices)),
        )
        .service(resource("/account/security").route(get().to(account::security::get_security)))
        .service(
            resource("/account/security/two-step")
                .route(get().to(account::security::get_two_step))
                .route(post().to(account::security::post_two_step)),
        )
        .service(resource("/account/security/two-step/off").route(post().to(account::security::post_off)))
        .service(resource("/account/security/passkeys").route(post().to(account::passkeys::post_passkeys)))
        .service(resource("/account/security/passkeys/options").route(post().to(account::passkeys::post_options)))
        .service(
            resource("/account/password")
                .route(get().to(account::password::get_password))
                .route(post().to(account::password::post_password)),
        )
        .service(resource("/passkey/offer").route(get().to(account::offer::get_offer)).route(post().to(account::offer::post_offer)))
        .service(resource("/account/password/remove").route(post().to(account::password::post_remove)))
        .service(resource("/account/data").route(get().to(account::data::get_data)))
        .service(resource("/account/data/copy").route(post().to(account::data::post_copy)))
        .service(resource("/account/delete").route(get().to(account::leave::get_delete)).route(post().to(account::leave::post_delete)))
        .service(resource("/account/security/passkeys/rename").route(post().to(account::passkeys::post_rename)))
        .service(resource("/account/security/passkeys/remove").route(post().to(account::passkeys::post_remove)))
        .service(resource("/account/security/codes").route(post().to(account::security::post_codes)))
        .service(resource("/account/email").route(get().to(account::email::get_email)).route(post().to(account::email::post_email)))
        .service(resource("/account/email/change").route(post().to(account::email::post_change)))
        .service(
            resource("/account/email/replace")
                .route(get().to(account::replace::get_replace))
                .route(post().to(account::replace::post_replace)),
        )
        .service(resource("/account/email/waiting").route(post().to(account::waiting::post_waiting)))
        .service(resource("/account/email/check").route(post().to(account::waiting::post_check)));
}

/// An issuer with a path (`https://example.com/auth`) has its RFC 8414 document in front of that path (§3.1).
pub fn outside_the_prefix(prefix: &str) -> impl FnOnce(&mut ServiceConfig) {
    let path = format!("/.well-known/oauth-authorization-server{prefix}");
    move |config| {
        config.service(resource(path).route(get().to(discovery::get_discovery))).default_service(web::to(failed::not_found));
    }
}

/// What a development server has in addition.
pub fn for_developers(config: &mut ServiceConfig) {
    config
        .service(resource("/dev/inbox").route(get().to(dev::page::get_inbox)))
        .service(resource("/dev/inbox/latest").route(get().to(dev::page::get_latest)))
        .service(resource("/dev/inbox/{id}").route(get().to(dev::page::get_letter)))
        .service(resource("/dev/inbox/{id}/html").route(get().to(dev::page::get_letter_html)))
        .service(resource("/dev/inbox/{id}/source").route(get().to(dev::page::get_letter_source)))
        .service(resource("/dev/pages").route(get().to(dev::pages::get_pages)))
        .service(resource("/dev/pages/{name}").route(get().to(dev::pages::get_sample)));
}

mod http {
    pub(super) const OPTIONS: actix_web::http::Method = actix_web::http::Method::OPTIONS;
}
