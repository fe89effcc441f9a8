//! The operator's one colour, made into all that pages need.

use crate::config::Branding;

/// The style sheet that goes over ours, if there is anything to change.
pub fn style_sheet(branding: &Branding) -> Option<String> {
    branding.css.clone()
}
