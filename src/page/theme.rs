//! The operator's one colour, made into all that pages need.

use crate::config::Branding;

/// The colours that follow from an accent.
pub struct Colours {
    /// Links and the primary button.
    pub accent: String,
    /// Text on the accent.
    pub on_accent: String,
}

impl Colours {
    /// Derives them.
    pub fn of(accent: &str) -> Self {
        Self { accent: accent.to_owned(), on_accent: "#fff".to_owned() }
    }
}

/// The style sheet that goes over ours, if there is anything to change.
pub fn style_sheet(branding: &Branding) -> Option<String> {
    branding.css.clone()
}
