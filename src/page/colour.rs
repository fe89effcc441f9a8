//! Colours, as screens have them and as eyes do (OKLCH, by Björn Ottosson).

use std::fmt;

/// A colour of a screen: sRGB, eight bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Colour([u8; 3]);

/// A colour as lightness (0 to 1), chroma and hue (radians).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lch {
    /// Lightness.
    pub l: f64,
    /// Chroma.
    pub c: f64,
    /// Hue.
    pub h: f64,
}

impl Colour {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_prefix('#').filter(|hex| hex.len() == 6).and_then(|hex| u32::from_str_radix(hex, 16).ok())?;
        let [_, r, g, b] = number.to_be_bytes();
        Some(Self([r, g, b]))
    }

    /// How well one can be read on the other, 1 to 21 (WCAG 2.2, contrast ratio).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Amounts of light.
    fn linear(self) -> [f64; 3] {
        self.0.map(|byte| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// From amounts of light, if a screen can show them.
    fn of_linear(linear: [f64; 3]) -> Option<Self> {
        const TOLERANCE: f64 = 0.000_1;
        linear.iter().all(|value| (-TOLERANCE..=1.0 + TOLERANCE).contains(value)).then(|| Self(linear.map(byte)))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte's range before")]
fn byte(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let value = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl Lch {
    /// What the eye sees of a colour.
    pub fn of(colour: Colour) -> Self {
        let [red, green, blue] = colour.linear();
        // The three kinds of cones, then what the brain makes of them.
        let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let medium = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        let l = 0.210_454_255_3 * long + 0.793_617_785 * medium - 0.004_072_046_8 * short;
        let a = 1.977_998_495_1 * long - 2.428_592_205 * medium + 0.450_593_709_9 * short;
        let b = 0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766 * short;
        Self { l, c: a.hypot(b), h: b.atan2(a) }
    }

    /// The colour a screen can show for it: paler, if it cannot show one so strong.
    pub fn colour(self) -> Colour {
        let mut c = self.c;
        for _ in 0..64 {
            if let Some(colour) = Colour::of_linear(Self { c, ..self }.linear()) {
                return colour;
            }
            c = if c < 0.002 { 0.0 } else { c * 0.94 };
        }
        Colour(Self { c: 0.0, ..self }.linear().map(byte))
    }

    fn linear(self) -> [f64; 3] {
        let (a, b) = (self.c * self.h.cos(), self.c * self.h.sin());
        let long = (self.l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let medium = (self.l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (self.l - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        [
            4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["#000000", "#ffffff", "#0b5d4b", "#ff0000", "#00ff00", "#0000ff", "#123456"] {
            let colour = Colour::parse(text).unwrap();
            assert_eq!(Lch::of(colour).colour().to_string(), text);
        }
        assert_eq!([Colour::parse("0b5d4b"), Colour::parse("#0b5d4"), Colour::parse("#0b5d4g")], [None, None, None]);
    }

    #[test]
    fn contrast_is_as_the_standard_says() {
        let colour = |text| Colour::parse(text).unwrap();
        assert!((colour("#000000").contrast(colour("#ffffff")) - 21.0).abs() < 0.001);
        assert!((colour("#767676").contrast(colour("#ffffff")) - 4.54).abs() < 0.01);
    }
}
