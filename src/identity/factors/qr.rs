//! QR codes as one SVG path: no inline style, no picture from elsewhere.

use qrcode::{Color, QrCode};

/// Light modules around the code, as readers need them.
const QUIET: usize = 4;

/// A code to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules on each side, the quiet zone included.
    pub size: usize,
    /// The `d` of the path that fills the dark modules.
    pub path: String,
}

/// The code of a text; `None` for one that is too long for any.
#[must_use]
pub fn draw(text: &str) -> Option<Qr> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, _) in code.to_colors().iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
        path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
    }
    Some(Qr { size: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_a_quiet_zone() {
        let qr = draw("otpauth://totp/Steward:ada%40example.org?secret=GEZDGNBVGY3TQOJQ").expect("short");
        let far = qr.size - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!(qr.path.contains(&format!("M{x} {y}h1")), "{x} {y}");
        }
        assert!(!qr.path.contains("M3 ") && !qr.path.contains(" 3h"));
        assert_eq!(draw(&"x".repeat(10_000)), None);
    }
}
