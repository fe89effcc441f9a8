//! Sections of which an operator makes as many as there are names: `[clients.ID]` and `[providers.ID]`.

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// Apps that people sign in to.
    Clients,
    /// Other login servers that people bring with them.
    Providers,
}

impl Named {
    pub(super) const ALL: [Self; 2] = [Self::Clients, Self::Providers];

    /// The section above, and the word for several.
    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Providers => "providers",
        }
    }

    /// The word for one.
    pub(super) const fn one(self) -> &'static str {
        match self {
            Self::Clients => "client",
            Self::Providers => "provider",
        }
    }

    /// The section of one: `clients.ID`, with the ID in quotes if it has a dot.
    pub(super) fn section_of(self, id: &str) -> String {
        let section = self.section();
        if id.contains('.') { format!("{section}.\"{id}\"") } else { format!("{section}.{id}") }
    }

    /// The key of a setting of one.
    pub(super) fn key(self, id: &str, name: &str) -> String {
        format!("{}.{name}", self.section_of(id))
    }

    /// What stands below this section, if it is the one above.
    pub(super) fn of_section(section: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|named| named.section() == section)
    }
}

/// What the key of a named section's setting consists of.
pub(super) fn split(key: &str) -> Option<(Named, &str, &str)> {
    let (section, rest) = key.split_once('.')?;
    let (id, rest) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\".")?,
        None => rest.split_once('.')?,
    };
    Some((Named::of_section(section)?, id, rest))
}
