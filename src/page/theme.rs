//! The operator's one colour, made into all that pages need. Lightness moves, in OKLCH, until text can
//! be read (WCAG 2.2 §1.4.3), whatever colour was chosen; the hue stays.

use super::colour::{Colour, Lch};
use crate::config::Branding;

/// What our own style sheet says already.
const OURS: &str = "#0b5d4b";
/// Contrast of text.
const READABLE: f64 = 4.5;
/// Everything that coloured text can stand on, light and dark.
const LIGHT: [&str; 4] = ["#ece8de", "#f1ede5", "#f7f4ee", "#fffdf9"];
const DARK: [&str; 4] = ["#0a0d0c", "#101513", "#161c1a", "#1b211f"];

/// The colours that follow from an accent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colours {
    /// Links and the primary button.
    pub accent: String,
    /// The same under the pointer.
    pub hover: String,
    /// Text on the accent.
    pub on_accent: String,
    /// A tint behind text in the accent.
    pub wash: String,
}

impl Colours {
    /// For light pages.
    pub fn light(accent: &str) -> Self {
        if accent == OURS {
            return Self::of(OURS, "#08493b", "#ffffff", "#e6f1ed");
        }
        let chosen = Lch::of(parsed(accent));
        let wash = Lch { l: 0.95, c: chosen.c.min(0.02), ..chosen }.colour();
        let accent = readable(chosen, &LIGHT, wash, -0.01);
        let hover = Lch { l: (accent.l - 0.07).max(0.0), ..accent };
        Self::derived(accent, hover, wash)
    }

    /// For dark pages: from the colour that was chosen for them, or from the other.
    pub fn dark(accent_dark: Option<&str>, accent: &str) -> Self {
        if accent_dark.is_none() && accent == OURS {
            return Self::of("#8fdcc0", "#aaead3", "#05261d", "#17342b");
        }
        let chosen = accent_dark.map_or_else(
            || {
                let light = Lch::of(parsed(accent));
                Lch { l: 0.84, c: light.c.min(0.12), ..light }
            },
            |dark| Lch::of(parsed(dark)),
        );
        let wash = Lch { l: 0.3, c: chosen.c.min(0.04), ..chosen }.colour();
        let accent = readable(chosen, &DARK, wash, 0.01);
        let hover = Lch { l: (accent.l + 0.05).min(1.0), ..accent };
        Self::derived(accent, hover, wash)
    }

    fn derived(accent: Lch, hover: Lch, wash: Colour) -> Self {
        let (accent, hover) = (accent.colour(), hover.colour());
        let least = |text: &str| accent.contrast(parsed(text)).min(hover.contrast(parsed(text)));
        let on_accent = if least("#ffffff") >= least("#000000") { "#ffffff" } else { "#000000" };
        Self::of(&accent.to_string(), &hover.to_string(), on_accent, &wash.to_string())
    }

    fn of(accent: &str, hover: &str, on_accent: &str, wash: &str) -> Self {
        Self { accent: accent.into(), hover: hover.into(), on_accent: on_accent.into(), wash: wash.into() }
    }

    fn declarations(&self) -> String {
        let Self { accent, hover, on_accent, wash } = self;
        format!("--t-accent:{accent};--t-accent-hover:{hover};--t-on-accent:{on_accent};--t-accent-wash:{wash}")
    }
}

fn parsed(hex: &str) -> Colour {
    Colour::parse(hex).unwrap_or_default()
}

/// Moves a colour's lightness until it can be read on everything it may stand on.
fn readable(mut colour: Lch, surfaces: &[&str], wash: Colour, step: f64) -> Lch {
    let can_be_read = |colour: Lch| {
        let ink = colour.colour();
        surfaces.iter().map(|surface| parsed(surface)).chain([wash]).all(|surface| ink.contrast(surface) >= READABLE)
    };
    while !can_be_read(colour) && (0.0..=1.0).contains(&colour.l) {
        colour.l += step;
    }
    Lch { l: colour.l.clamp(0.0, 1.0), ..colour }
}

/// The style sheet that goes over ours, if there is anything to change. It is not in a layer, so that
/// it wins without shouting.
pub fn style_sheet(branding: &Branding, light: &Colours, dark: &Colours) -> Option<String> {
    let mut css = String::new();
    if branding.accent != OURS || branding.accent_dark.is_some() {
        let (light, dark) = (light.declarations(), dark.declarations());
        css.extend([":root{", &light, "}\n@media (prefers-color-scheme:dark){:root:not([data-theme=\"light\"]){", &dark, "}}\n"]);
        css.extend(["[data-theme=\"dark\"]{", &dark, "}\n"]);
    }
    if branding.radius != 12 {
        let rem = f64::from(branding.radius) / 16.0;
        css.extend([":root{--t-radius:", &rem.to_string(), "rem}\n"]);
    }
    css.push_str(branding.css.as_deref().unwrap_or(""));
    (!css.is_empty()).then_some(css)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(colours: &Colours, surfaces: &[&str], of: &str) {
        let colour = |text: &str| Colour::parse(text).unwrap();
        for ink in [&colours.accent, &colours.hover] {
            for surface in surfaces.iter().copied().chain([colours.wash.as_str()]) {
                let contrast = colour(ink).contrast(colour(surface));
                assert!(contrast >= READABLE, "{of}: {ink} on {surface} is {contrast}");
            }
            let contrast = colour(&colours.on_accent).contrast(colour(ink));
            assert!(contrast >= READABLE, "{of}: {} on {ink} is {contrast}", colours.on_accent);
        }
    }

    #[test]
    fn text_can_be_read_whatever_colour_is_chosen() {
        let mut accents: Vec<String> =
            ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#0b5d4b", "#808080"].map(Into::into).into();
        // A fixed walk through all colours, each as likely as another.
        accents.extend((0..10_000_u32).map(|n| format!("#{:06x}", n.wrapping_mul(2_654_435_761) >> 8)));
        for accent in &accents {
            holds(&Colours::light(accent), &LIGHT, accent);
            holds(&Colours::dark(None, accent), &DARK, accent);
            holds(&Colours::dark(Some(accent), "#0b5d4b"), &DARK, accent);
        }
    }

    #[test]
    fn nothing_is_sent_for_our_own_colours() {
        let mut branding = crate::gallery::tests::branding("Fieldnotes");
        let sheet = |branding: &Branding| {
            let (light, dark) = (Colours::light(&branding.accent), Colours::dark(branding.accent_dark.as_deref(), &branding.accent));
            style_sheet(branding, &light, &dark)
        };
        assert_eq!(sheet(&branding), None);
        (branding.radius, branding.css) = (4, Some("h1 { color: red }".into()));
        assert_eq!(sheet(&branding).unwrap(), ":root{--t-radius:0.25rem}\nh1 { color: red }");
        branding.accent = "#1d3f8f".into();
        let css = sheet(&branding).unwrap();
        assert!(css.starts_with(":root{--t-accent:#1d3f8f;") && css.matches('{').count() == css.matches('}').count(), "{css}");
    }

    #[test]
    fn a_colour_that_can_be_read_is_left_as_it_is() {
        for accent in ["#1d3f8f", "#7a1f5c", "#3d3a8c"] {
            assert_eq!(Colours::light(accent).accent, accent);
        }
        assert_eq!(Colours::dark(Some("#a9c1ff"), "#1d3f8f").accent, "#a9c1ff");
    }
}
