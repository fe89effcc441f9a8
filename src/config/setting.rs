//! The table of every setting: its key and what may stand there. Unknown keys, variables, bounds and the
//! schema all come from here; defaults and descriptions come from `default.toml`.

/// What a setting's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    YesNo,
    /// A whole number from here to there.
    Number(i64, i64),
    /// A length of time, from so many seconds to so many.
    Duration(u64, u64),
    /// So many in so long.
    Rate,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A text that is shown nowhere.
    Secret,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Its key; below `clients.ID.` for those of clients.
    pub(super) key: &'static str,
    pub(super) kind: Kind,
}

const DAY: u64 = 24 * 60 * 60;
const YEAR: u64 = 365 * DAY;
const ALGORITHMS: Kind = Kind::Word(&["RS256", "ES256", "EdDSA"]);

const fn of(key: &'static str, kind: Kind) -> Setting {
    Setting { key, kind }
}

/// Those that exist once.
pub(super) const SETTINGS: &[Setting] = &[
    of("issuer", Kind::Text),
    of("data_dir", Kind::Text),
    of("database", Kind::Text),
    of("server.listen", Kind::Text),
    of("server.metrics_listen", Kind::Text),
    of("server.trusted_proxies", Kind::Texts),
    of("server.workers", Kind::Number(0, 1024)),
    of("server.request_timeout", Kind::Duration(1, 300)),
    of("server.shutdown_timeout", Kind::Duration(1, 600)),
    of("log.filter", Kind::Text),
    of("log.format", Kind::Word(&["text", "json"])),
    of("sign_in.methods", Kind::Texts),
    of("sign_in.sign_up", Kind::Word(&["open", "closed"])),
    of("sign_in.session", Kind::Duration(300, YEAR)),
    of("sign_in.session_idle", Kind::Duration(300, YEAR)),
    of("sign_in.password.min_length", Kind::Number(8, 128)),
    of("sign_in.password.leaked_check", Kind::Word(&["offline", "off"])),
    of("sign_in.password.context_words", Kind::Texts),
    of("sign_in.password.hash_threads", Kind::Number(0, 256)),
    of("sign_in.password.hash_queue", Kind::Number(1, 10_000)),
    of("sign_in.password.argon2.memory_kib", Kind::Number(64, 1_048_576)),
    of("sign_in.password.argon2.iterations", Kind::Number(1, 16)),
    of("sign_in.password.argon2.parallelism", Kind::Number(1, 8)),
    of("sign_in.two_step.policy", Kind::Word(&["optional", "required", "required_for_admins"])),
    of("email.from", Kind::Text),
    of("email.reply_to", Kind::Text),
    of("email.smtp", Kind::Text),
    of("email.smtp_ca", Kind::Text),
    of("email.folder", Kind::Text),
    of("email.new_sign_in_notice", Kind::YesNo),
    of("tokens.signing", ALGORITHMS),
    of("tokens.access_ttl", Kind::Duration(60, DAY)),
    of("tokens.id_ttl", Kind::Duration(60, DAY)),
    of("tokens.refresh_ttl", Kind::Duration(300, YEAR)),
    of("tokens.refresh_idle", Kind::Duration(300, YEAR)),
    of("tokens.refresh_reuse_grace", Kind::Duration(0, 60)),
    of("tokens.code_ttl", Kind::Duration(10, 600)),
    of("limits.enabled", Kind::YesNo),
    of("limits.password_per_address", Kind::Rate),
    of("limits.password_per_account", Kind::Rate),
    of("limits.password_total", Kind::Rate),
    of("limits.password_failures", Kind::Number(1, 100)),
    of("limits.letters_per_address", Kind::Rate),
    of("limits.letters_per_recipient", Kind::Rate),
    of("limits.letters_per_recipient_daily", Kind::Rate),
    of("limits.letters_total", Kind::Rate),
    of("limits.codes_per_address", Kind::Rate),
    of("limits.codes_per_account", Kind::Rate),
    of("limits.client_failures", Kind::Rate),
    of("branding.name", Kind::Text),
    of("branding.logo", Kind::Text),
    of("branding.logo_dark", Kind::Text),
    of("branding.accent", Kind::Text),
    of("branding.accent_dark", Kind::Text),
    of("branding.shape", Kind::Word(&["doorway", "card", "plain"])),
    of("branding.radius", Kind::Number(0, 20)),
    of("branding.mode", Kind::Word(&["auto", "light", "dark"])),
    of("branding.css", Kind::Text),
    of("branding.links.terms", Kind::Text),
    of("branding.links.privacy", Kind::Text),
    of("branding.links.help", Kind::Text),
    of("branding.links.home", Kind::Text),
];

/// Those that each client has, beside `branding.…`.
pub(super) const OF_A_CLIENT: &[Setting] = &[
    of("kind", Kind::Word(&["spa", "native", "web", "service"])),
    of("name", Kind::Text),
    of("auth", Kind::Word(&["none", "basic", "post"])),
    of("secret", Kind::Secret),
    of("redirect_uris", Kind::Texts),
    of("post_logout_redirect_uris", Kind::Texts),
    of("origins", Kind::Texts),
    of("delivery", Kind::Word(&["code", "token"])),
    of("signing", ALGORITHMS),
    of("first_party", Kind::YesNo),
    of("audience", Kind::Text),
    of("initiate_login_uri", Kind::Text),
];

/// Beginnings of keys that later versions will know.
const LATER: &[&str] =
    &["email.request_tag", "passkeys.", "providers.", "branding.icon", "branding.font", "branding.heading_font", "sign_in.email."];

/// What may stand at a key, or nothing if it is not a setting.
pub(super) fn kind_of(key: &str) -> Option<Kind> {
    if let Some((_, rest)) = split_client(key) {
        return if rest.starts_with("branding.") { kind_of(rest) } else { find(OF_A_CLIENT, rest) };
    }
    let is_copy =
        key.strip_prefix("branding.copy.").is_some_and(|rest| rest.split('.').count() == 2 && rest.split('.').all(|part| !part.is_empty()));
    if is_copy { Some(Kind::Text) } else { find(SETTINGS, key) }
}

fn find(settings: &[Setting], key: &str) -> Option<Kind> {
    settings.iter().find(|setting| setting.key == key).map(|setting| setting.kind)
}

/// Whether keys stand below this one: `[tokens]` is a section.
pub(super) fn is_section(key: &str) -> bool {
    let rest = match split_client(key) {
        Some((_, rest)) => rest,
        None if key == "clients" || (key.starts_with("clients.") && key.split('.').count() == 2) => return true,
        None => key,
    };
    SETTINGS.iter().any(|setting| setting.key.strip_prefix(rest).is_some_and(|after| after.starts_with('.')))
}

/// Whether a later version will know this key.
pub(super) fn is_for_later(key: &str) -> bool {
    LATER.iter().any(|beginning| key.starts_with(beginning))
}

/// A client's key: `clients.ID.name`, with the ID in quotes if it has a dot.
pub(super) fn client_key(id: &str, name: &str) -> String {
    if id.contains('.') { format!("clients.\"{id}\".{name}") } else { format!("clients.{id}.{name}") }
}

/// The client and the rest of a client's key.
pub(super) fn split_client(key: &str) -> Option<(&str, &str)> {
    let rest = key.strip_prefix("clients.")?;
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\"."),
        None => rest.split_once('.'),
    }
}

/// Every key there is for these clients, without `branding.copy`, whose keys are the languages' own.
pub(super) fn every_key<'a>(clients: impl Iterator<Item = &'a str>) -> Vec<String> {
    let branding = || SETTINGS.iter().filter(|setting| setting.key.starts_with("branding."));
    let of_client = |id: &str| OF_A_CLIENT.iter().chain(branding()).map(|setting| client_key(id, setting.key)).collect::<Vec<_>>();
    SETTINGS.iter().map(|setting| setting.key.to_owned()).chain(clients.flat_map(of_client)).collect()
}

/// The variable that sets a key.
pub(super) fn variable_of(key: &str) -> String {
    let (sections, rest) = match split_client(key) {
        Some((id, rest)) => (format!("CLIENTS__{}__", id.replace(['-', '.'], "_")), rest),
        None => (String::new(), key),
    };
    format!("HOUSEKEY_{}{}", sections, rest.replace('.', "__")).to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_clients_are_found_whatever_the_identifier() {
        for id in ["web", "fieldnotes-web", "com.example.app"] {
            let key = client_key(id, "redirect_uris");
            assert_eq!(split_client(&key), Some((id, "redirect_uris")));
            assert_eq!(kind_of(&key), Some(Kind::Texts));
            assert_eq!(kind_of(&client_key(id, "branding.radius")), Some(Kind::Number(0, 20)));
            assert_eq!(kind_of(&client_key(id, "branding.copy.en.sign-in-title")), Some(Kind::Text));
            assert_eq!(kind_of(&client_key(id, "tokens.signing")), None);
        }
        assert_eq!(variable_of(&client_key("com.example-app", "secret")), "HOUSEKEY_CLIENTS__COM_EXAMPLE_APP__SECRET");
        assert_eq!(variable_of("sign_in.password.min_length"), "HOUSEKEY_SIGN_IN__PASSWORD__MIN_LENGTH");
    }

    #[test]
    fn sections_are_told_from_settings() {
        for section in ["tokens", "sign_in", "sign_in.password", "clients", "clients.web", "clients.web.branding", "branding.links"] {
            assert!(is_section(section), "{section}");
        }
        for setting in ["issuer", "tokens.access_ttl", "clients.web.kind", "nonsense"] {
            assert!(!is_section(setting), "{setting}");
        }
    }
}
