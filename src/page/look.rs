//! How pages look and speak: the operator's choice, and over it what one app chose. Made once, at start.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::asset::{self, Asset};
use super::theme::Colours;
use crate::config::{Appearance, Branding, Config, Image, Links, Shape};
use crate::language::{Language, Speech};
use crate::types::{ClientId, IssuerUrl};

/// What templates call a file, and its address.
type Hrefs = HashMap<&'static str, String>;

/// All looks.
pub struct Looks {
    ours: Arc<Look>,
    of_clients: BTreeMap<ClientId, Arc<Look>>,
    assets: HashMap<String, Asset>,
}

/// One look: a name, its words, its colours.
pub struct Look {
    /// The application's name.
    pub name: String,
    /// The outline.
    pub shape: Shape,
    /// Light, dark or either.
    pub appearance: Appearance,
    /// The footer.
    pub links: Links,
    /// The style sheet with the operator's colours, if there is anything to say beyond ours.
    pub theme: Option<String>,
    /// The address of the icon that browsers show.
    pub icon: String,
    /// The colours that follow from the accent, on light pages.
    pub light: Colours,
    /// And on dark ones.
    pub dark: Colours,
    /// The issuer, which every address begins with.
    pub issuer: String,
    /// The address of the logo.
    pub logo: Option<String>,
    /// The address of the logo for dark pages.
    pub logo_dark: Option<String>,
    speech: Vec<Speech>,
    assets: Arc<Hrefs>,
}

impl Looks {
    /// Makes every look there is.
    pub fn new(config: &Config) -> Self {
        let mut looks = Self::of_branding(&config.branding, &config.issuer);
        for (id, client) in &config.clients {
            if let Some(branding) = &client.branding {
                let look = Look::new(branding, &config.issuer, &looks.ours.assets, &mut looks.assets);
                looks.of_clients.insert(id.clone(), Arc::new(look));
            }
        }
        looks
    }

    /// One look for everybody.
    pub fn of_branding(branding: &Branding, issuer: &IssuerUrl) -> Self {
        let hrefs = asset::built().iter().map(|asset| (asset.name, asset.href(issuer.path()))).collect();
        let mut assets = HashMap::new();
        let ours = Arc::new(Look::new(branding, issuer, &Arc::new(hrefs), &mut assets));
        Self { ours, of_clients: BTreeMap::new(), assets }
    }

    /// The look of a client's pages; ours where it has none.
    pub fn of(&self, client: Option<&ClientId>) -> Arc<Look> {
        Arc::clone(client.and_then(|client| self.of_clients.get(client)).unwrap_or(&self.ours))
    }

    /// Every file that belongs to a look.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.values()
    }

    /// A file that belongs to a look: colours or a logo, by the last part of its address.
    pub fn asset(&self, file: &str) -> Option<&Asset> {
        self.assets.get(file)
    }
}

impl Look {
    fn new(branding: &Branding, issuer: &IssuerUrl, hrefs: &Arc<Hrefs>, assets: &mut HashMap<String, Asset>) -> Self {
        let base = issuer.path();
        let (light, dark) = (Colours::light(&branding.accent), Colours::dark(branding.accent_dark.as_deref(), &branding.accent));
        let mut keep = |name: &'static str, media_type: &'static str, bytes: Vec<u8>| {
            let asset = Asset::of_look(name, media_type, bytes);
            let href = asset.href(base);
            assets.insert(asset.file.to_string(), asset);
            href
        };
        let mut image = |image: &Option<Image>| {
            let image = image.as_ref()?;
            let name = if image.media_type == "image/png" { "logo.png" } else { "logo.svg" };
            Some(keep(name, image.media_type, image.bytes.clone()))
        };
        let (logo, logo_dark) = (image(&branding.logo), image(&branding.logo_dark));
        let icon = logo.clone().unwrap_or_else(|| icon(&branding.name, &light));
        let theme =
            super::theme::style_sheet(branding, &light, &dark).map(|css| keep("theme.css", "text/css; charset=utf-8", css.into_bytes()));
        let speech = Language::all().map(|language| Speech::new(language, &branding.name, branding.copy.get(language.code()))).collect();
        Self {
            name: branding.name.clone(),
            shape: branding.shape,
            appearance: branding.appearance,
            links: branding.links.clone(),
            theme,
            icon,
            light,
            dark,
            issuer: issuer.to_string(),
            logo,
            logo_dark,
            speech,
            assets: Arc::clone(hrefs),
        }
    }

    /// For `<meta name=color-scheme>`.
    pub fn color_scheme(&self) -> &'static str {
        match self.appearance {
            Appearance::Auto => "light dark",
            Appearance::Light => "light",
            Appearance::Dark => "dark",
        }
    }

    /// For `data-theme`, if the visitor's system has no say.
    pub fn fixed_theme(&self) -> Option<&'static str> {
        match self.appearance {
            Appearance::Auto => None,
            Appearance::Light => Some("light"),
            Appearance::Dark => Some("dark"),
        }
    }

    /// When pages are light; nothing if never.
    pub fn light_media(&self) -> Option<&'static str> {
        match self.appearance {
            Appearance::Auto => Some("(prefers-color-scheme: light)"),
            Appearance::Light => Some("all"),
            Appearance::Dark => None,
        }
    }

    /// When pages are dark; nothing if never.
    pub fn dark_media(&self) -> Option<&'static str> {
        match self.appearance {
            Appearance::Auto => Some("(prefers-color-scheme: dark)"),
            Appearance::Light => None,
            Appearance::Dark => Some("all"),
        }
    }

    /// What stands where a logo would.
    pub fn initial(&self) -> String {
        super::initial(&self.name)
    }

    /// Whether there is anything in the footer.
    pub fn has_footer(&self) -> bool {
        let Links { terms, privacy, help, home: _ } = &self.links;
        terms.is_some() || privacy.is_some() || help.is_some()
    }

    /// Its words in a language.
    pub fn speech(&self, language: Language) -> &Speech {
        &self.speech[language.index()]
    }

    /// The address of one of our files; its name if there is none.
    pub fn asset<'a>(&'a self, name: &'a str) -> &'a str {
        self.assets.get(name).map_or(name, String::as_str)
    }
}

/// What must not stand in an address.
const IN_AN_ADDRESS: AsciiSet = CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'\'').add(b'<').add(b'>');

/// An icon for a name without a logo: its first letter on the operator's colour. All of it is in its address, which is shorter
/// than what it takes to ask for it.
fn icon(name: &str, colours: &Colours) -> String {
    let (accent, on_accent, initial) = (&colours.accent, &colours.on_accent, super::Html::text(&super::initial(name)));
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"9\" fill=\"{accent}\"/>\
         <text x=\"16\" y=\"22.5\" text-anchor=\"middle\" font-family=\"Charter,Georgia,serif\" font-size=\"19\" fill=\"{on_accent}\">{initial}</text></svg>"
    );
    format!("data:image/svg+xml,{}", utf8_percent_encode(&svg, &IN_AN_ADDRESS))
}
