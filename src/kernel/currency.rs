//! Currencies that the processor charges in, with **its** decimals and minimum amounts, which differ from ISO 4217
//! (source: Stripe, "Supported currencies").

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the processor knows about a currency.
struct Facts {
    code: &'static str,
    /// Digits behind the point in the processor's amounts, which are our minor units.
    decimals: u32,
    /// Every charge is a multiple of this many minor units.
    step: i64,
    /// Smallest charge in minor units; the step where the processor publishes none.
    minimum: i64,
    /// Sign before an amount; empty where none is common.
    sign: &'static str,
}

/// A currency that the processor charges in.
#[derive(Clone, Copy)]
pub struct Currency(&'static Facts);

/// The text is no currency that we can charge in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not a currency that can be charged. Use a three-letter code, like USD, EUR or SGD.")]
pub struct CurrencyError;

/// Declares the table: code, decimals, step, minimum, sign.
macro_rules! currencies {
    ($($code:ident $decimals:literal $step:literal $minimum:literal $sign:literal;)*) => {
        #[allow(missing_docs)] // ISO 4217 documents the codes
        impl Currency {
            $(pub const $code: Self = Self(&Facts {
                code: stringify!($code), decimals: $decimals, step: $step, minimum: $minimum, sign: $sign,
            });)*
            /// Every currency of the table, by code.
            pub const EVERY: &[Self] = &[$(Self::$code),*];
        }
    };
}

currencies! {
    AED 2 1 200 ""; AFN 2 1 1 ""; ALL 2 1 1 ""; AMD 2 1 1 ""; ANG 2 1 1 ""; AOA 2 1 1 ""; ARS 2 1 1 "";
    AUD 2 1 50 "$"; AWG 2 1 1 ""; AZN 2 1 1 ""; BAM 2 1 1 ""; BBD 2 1 1 ""; BDT 2 1 1 ""; BHD 3 10 10 "";
    BIF 0 1 1 ""; BMD 2 1 1 ""; BND 2 1 1 "$"; BOB 2 1 1 ""; BRL 2 1 50 "R$"; BSD 2 1 1 ""; BWP 2 1 1 "";
    BYN 2 1 1 ""; BZD 2 1 1 ""; CAD 2 1 50 "$"; CDF 2 1 1 ""; CHF 2 1 50 ""; CLP 0 1 1 "$"; CNY 2 1 1 "¥";
    COP 2 1 1 "$"; CRC 2 1 1 ""; CVE 2 1 1 ""; CZK 2 1 1500 ""; DJF 0 1 1 ""; DKK 2 1 250 ""; DOP 2 1 1 "";
    DZD 2 1 1 ""; EGP 2 1 1 ""; ETB 2 1 1 ""; EUR 2 1 50 "€"; FJD 2 1 1 ""; FKP 2 1 1 ""; GBP 2 1 30 "£";
    GEL 2 1 1 ""; GIP 2 1 1 ""; GMD 2 1 1 ""; GNF 0 1 1 ""; GTQ 2 1 1 ""; GYD 2 1 1 ""; HKD 2 1 400 "$";
    HNL 2 1 1 ""; HTG 2 1 1 ""; HUF 2 1 17500 ""; IDR 2 1 1 ""; ILS 2 1 1 "₪"; INR 2 1 50 "₹"; ISK 2 100 100 "";
    JMD 2 1 1 ""; JOD 3 10 10 ""; JPY 0 1 50 "¥"; KES 2 1 1 ""; KGS 2 1 1 ""; KHR 2 1 1 ""; KMF 0 1 1 "";
    KRW 0 1 1 "₩"; KWD 3 10 10 ""; KYD 2 1 1 ""; KZT 2 1 1 ""; LAK 2 1 1 ""; LBP 2 1 1 ""; LKR 2 1 1 "";
    LRD 2 1 1 ""; LSL 2 1 1 ""; MAD 2 1 1 ""; MDL 2 1 1 ""; MGA 0 1 1 ""; MKD 2 1 1 ""; MMK 2 1 1 "";
    MNT 2 1 1 ""; MOP 2 1 1 ""; MUR 2 1 1 ""; MVR 2 1 1 ""; MWK 2 1 1 ""; MXN 2 1 1000 "$"; MYR 2 1 200 "";
    MZN 2 1 1 ""; NAD 2 1 1 ""; NGN 2 1 1 ""; NIO 2 1 1 ""; NOK 2 1 300 ""; NPR 2 1 1 ""; NZD 2 1 50 "$";
    OMR 3 10 10 ""; PAB 2 1 1 ""; PEN 2 1 1 ""; PGK 2 1 1 ""; PHP 2 1 1 "₱"; PKR 2 1 1 ""; PLN 2 1 200 "";
    PYG 0 1 1 ""; QAR 2 1 1 ""; RON 2 1 200 ""; RSD 2 1 1 ""; RUB 2 1 1 ""; RWF 0 1 1 ""; SAR 2 1 1 "";
    SBD 2 1 1 ""; SCR 2 1 1 ""; SEK 2 1 300 ""; SGD 2 1 50 "$"; SHP 2 1 1 ""; SLE 2 1 1 ""; SOS 2 1 1 "";
    SRD 2 1 1 ""; SZL 2 1 1 ""; THB 2 1 1000 "฿"; TJS 2 1 1 ""; TND 3 10 10 ""; TOP 2 1 1 ""; TRY 2 1 1 "";
    TTD 2 1 1 ""; TWD 2 1 1 "$"; TZS 2 1 1 ""; UAH 2 1 1 "₴"; UGX 2 100 100 ""; USD 2 1 50 "$"; UYU 2 1 1 "";
    UZS 2 1 1 ""; VND 0 1 1 "₫"; VUV 0 1 1 ""; WST 2 1 1 ""; XAF 0 1 1 ""; XCD 2 1 1 ""; XCG 2 1 1 "";
    XOF 0 1 1 ""; XPF 0 1 1 ""; YER 2 1 1 ""; ZAR 2 1 1 ""; ZMW 2 1 1 "";
}

impl Currency {
    /// Reads a three-letter code in any letter case: the API writes upper case, the processor lower.
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        Self::EVERY.iter().find(|known| known.code().eq_ignore_ascii_case(text)).copied().ok_or(CurrencyError)
    }

    /// The ISO 4217 code in upper case.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The code, as other value objects call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.code()
    }

    /// The code as the processor writes it, in lower case.
    #[must_use]
    pub fn processor_code(self) -> String {
        self.code().to_ascii_lowercase()
    }

    /// Digits behind the point in the processor's amounts: the meaning of a minor unit here.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.decimals
    }

    /// A charge must be a multiple of this many minor units: 100 for ISK and UGX, 10 for BHD, JOD, KWD, OMR and TND.
    #[must_use]
    pub fn step(self) -> i64 {
        self.0.step
    }

    /// The smallest charge in minor units.
    #[must_use]
    pub fn minimum_charge(self) -> i64 {
        self.0.minimum
    }

    /// The sign written before an amount, perhaps empty.
    #[must_use]
    pub fn sign(self) -> &'static str {
        self.0.sign
    }
}

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}
impl Eq for Currency {}
impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}
impl Hash for Currency {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        Self::parse(text)
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_and_consistent() {
        assert!(Currency::EVERY.windows(2).all(|pair| pair[0] < pair[1]), "each code once, in order");
        for currency in Currency::EVERY {
            assert_eq!(currency.code().len(), 3, "{currency}");
            assert_eq!(currency.minimum_charge() % currency.step(), 0, "{currency}");
            assert_eq!(Currency::parse(&currency.processor_code()), Ok(*currency));
        }
    }

    #[test]
    fn the_processor_differs_from_iso() {
        for (currency, decimals, step) in [
            (Currency::ISK, 2, 100),
            (Currency::UGX, 2, 100),
            (Currency::MGA, 0, 1),
            (Currency::BHD, 3, 10),
            (Currency::KWD, 3, 10),
            (Currency::JPY, 0, 1),
            (Currency::SGD, 2, 1),
        ] {
            assert_eq!((currency.decimals(), currency.step()), (decimals, step), "{currency}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "US", "USDX", "XXX", "DEM", "u$d"] {
            assert_eq!(Currency::parse(text), Err(CurrencyError), "{text}");
        }
    }
}
