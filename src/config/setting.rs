//! The table of every setting: its key and what may stand there. Unknown keys, variables, bounds and the
//! schema all come from here; defaults and descriptions come from `default.toml`.

use super::named::{Named, split};

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
    /// The same, or empty for never.
    DurationOrNever(u64, u64),
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
    /// Its key; below `clients.ID.` and `providers.ID.` for theirs.
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
    of("server.reachable_networks", Kind::Texts),
    of("server.workers", Kind::Number(0, 1024)),
    of("server.request_timeout", Kind::Duration(1, 300)),
    of("server.shutdown_timeout", Kind::Duration(1, 600)),
    of("log.filter", Kind::Text),
    of("log.format", Kind::Word(&["text", "json"])),
    of("sign_in.methods", Kind::Texts),
    of("sign_in.sign_up", Kind::Word(&["open", "closed"])),
    of("sign_in.sign_up_domains", Kind::Texts),
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
    of("passkeys.rp_id", Kind::Text),
    of("passkeys.origins", Kind::Texts),
    of("email.from", Kind::Text),
    of("email.reply_to", Kind::Text),
    of("email.smtp", Kind::Text),
    of("email.smtp_ca", Kind::Text),
    of("email.folder", Kind::Text),
    of("email.new_sign_in_notice", Kind::YesNo),
    of("tokens.signing", ALGORITHMS),
    of("tokens.key_rotation", Kind::DurationOrNever(DAY, 10 * YEAR)),
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
    of("limits.second_steps_per_account", Kind::Rate),
    of("limits.sign_ins_per_address", Kind::Rate),
    of("limits.client_failures", Kind::Rate),
    of("limits.devices_per_address", Kind::Rate),
    of("limits.pushes_per_address", Kind::Rate),
    of("limits.device_codes_total", Kind::Rate),
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
    of("kind", Kind::Word(&["spa", "native", "web", "service", "device"])),
    of("name", Kind::Text),
    of("auth", Kind::Word(&["none", "basic", "post", "private_key_jwt"])),
    of("secret", Kind::Secret),
    of("jwks", Kind::Text),
    of("jwks_uri", Kind::Text),
    of("redirect_uris", Kind::Texts),
    of("post_logout_redirect_uris", Kind::Texts),
    of("origins", Kind::Texts),
    of("delivery", Kind::Word(&["code", "token"])),
    of("refresh", Kind::Word(&["body", "cookie"])),
    of("same_site", Kind::Word(&["lax", "none"])),
    of("pkce", Kind::Word(&["required", "optional"])),
    of("signing", ALGORITHMS),
    of("first_party", Kind::YesNo),
    of("require_par", Kind::YesNo),
    of("audience", Kind::Text),
    of("resources", Kind::Texts),
    of("dpop", Kind::Word(&["optional", "required", "nonce"])),
    of("scopes", Kind::Texts),
    of("id_token", Kind::Word(&["full", "minimal"])),
    of("claims", Kind::Text),
    of("initiate_login_uri", Kind::Text),
    of("backchannel_logout_uri", Kind::Text),
];

/// Those that each provider has, beside `settings.…`.
pub(super) const OF_A_PROVIDER: &[Setting] = &[
    of("like", Kind::Text),
    of("file", Kind::Text),
    of("name", Kind::Text),
    of("client_id", Kind::Text),
    of("client_secret", Kind::Secret),
    of("scopes", Kind::Texts),
    of("trust_email", Kind::YesNo),
    of("keep_tokens", Kind::YesNo),
];

/// Beginnings of keys that later versions will know.
const LATER: &[&str] = &["email.request_tag", "branding.icon", "branding.font", "branding.heading_font", "sign_in.email."];

/// What may stand at a key, or nothing if it is not a setting.
pub(super) fn kind_of(key: &str) -> Option<Kind> {
    match split(key) {
        Some((Named::Clients, _, rest)) if rest.starts_with("branding.") => kind_of(rest),
        Some((Named::Clients, _, rest)) => find(OF_A_CLIENT, rest),
        // Which there are, the provider's own file says.
        Some((Named::Providers, _, rest)) => match rest.strip_prefix("settings.") {
            Some(name) => (!name.is_empty() && !name.contains('.')).then_some(Kind::Text),
            None => find(OF_A_PROVIDER, rest),
        },
        None if is_copy(key) => Some(Kind::Text),
        None => find(SETTINGS, key),
    }
}

fn is_copy(key: &str) -> bool {
    key.strip_prefix("branding.copy.").is_some_and(|rest| rest.split('.').count() == 2 && rest.split('.').all(|part| !part.is_empty()))
}

fn find(settings: &[Setting], key: &str) -> Option<Kind> {
    settings.iter().find(|setting| setting.key == key).map(|setting| setting.kind)
}

/// Whether keys stand below this one: `[tokens]` is a section.
pub(super) fn is_section(key: &str) -> bool {
    let rest = match split(key) {
        Some((Named::Clients, _, rest)) => rest,
        Some((Named::Providers, _, rest)) => return rest == "settings",
        None if Named::of_section(key.split('.').next().unwrap_or(key)).is_some() => return true,
        None => key,
    };
    SETTINGS.iter().any(|setting| setting.key.strip_prefix(rest).is_some_and(|after| after.starts_with('.')))
}

/// Whether a later version will know this key.
pub(super) fn is_for_later(key: &str) -> bool {
    LATER.iter().any(|beginning| key.starts_with(beginning))
}

/// Every key there is with these clients and providers, without those whose names are an operator's or a provider's own:
/// `branding.copy.…` and `settings.…`.
pub(super) fn every_key<'a>(named: impl Iterator<Item = (Named, &'a str)>) -> Vec<String> {
    SETTINGS.iter().map(|setting| setting.key.to_owned()).chain(named.flat_map(|(named, id)| keys_of(named, id))).collect()
}

/// Those of one client or provider.
pub(super) fn keys_of(named: Named, id: &str) -> Vec<String> {
    let key = |setting: &Setting| named.key(id, setting.key);
    let branding = SETTINGS.iter().filter(|setting| setting.key.starts_with("branding."));
    match named {
        Named::Clients => OF_A_CLIENT.iter().chain(branding).map(key).collect(),
        Named::Providers => OF_A_PROVIDER.iter().map(key).collect(),
    }
}

/// The variable that sets a key.
pub(super) fn variable_of(key: &str) -> String {
    let (sections, rest) = match split(key) {
        Some((named, id, rest)) => (format!("{}__{}__", named.section(), id.replace(['-', '.'], "_")), rest),
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
            let key = |name| Named::Clients.key(id, name);
            assert_eq!(split(&key("redirect_uris")), Some((Named::Clients, id, "redirect_uris")));
            assert_eq!(kind_of(&key("redirect_uris")), Some(Kind::Texts));
            assert_eq!(kind_of(&key("branding.radius")), Some(Kind::Number(0, 20)));
            assert_eq!(kind_of(&key("branding.copy.en.sign-in-title")), Some(Kind::Text));
            assert_eq!(kind_of(&key("tokens.signing")), None);
        }
        let variable = |named: Named, id, name| variable_of(&named.key(id, name));
        assert_eq!(variable(Named::Clients, "com.example-app", "secret"), "HOUSEKEY_CLIENTS__COM_EXAMPLE_APP__SECRET");
        assert_eq!(variable(Named::Providers, "azure-ad", "settings.tenant"), "HOUSEKEY_PROVIDERS__AZURE_AD__SETTINGS__TENANT");
        assert_eq!(variable_of("sign_in.password.min_length"), "HOUSEKEY_SIGN_IN__PASSWORD__MIN_LENGTH");
    }

    #[test]
    fn providers_have_settings_of_their_own() {
        for (name, kind) in [
            ("client_secret", Some(Kind::Secret)),
            ("settings.tenant", Some(Kind::Text)),
            ("settings.a.b", None),
            ("settings.", None),
            ("secret", None),
            ("branding.radius", None),
        ] {
            assert_eq!(kind_of(&Named::Providers.key("google", name)), kind, "{name}");
        }
    }

    #[test]
    fn sections_are_told_from_settings() {
        for section in [
            "tokens",
            "sign_in",
            "sign_in.password",
            "clients",
            "clients.web",
            "clients.web.branding",
            "branding.links",
            "providers",
            "providers.google",
            "providers.google.settings",
        ] {
            assert!(is_section(section), "{section}");
        }
        for setting in ["issuer", "tokens.access_ttl", "clients.web.kind", "nonsense", "providers.google.name", "providers.google.branding"]
        {
            assert!(!is_section(setting), "{setting}");
        }
    }
}
