//! What the processor charges in, and its smallest amounts. Deliberately not the product's table: this one is the witness.

use super::errors::ApiError;

/// Currency code, decimals that the processor uses, smallest charge in its minor units (published per currency).
const CURRENCIES: &[(&str, u8, i64)] = &[
    ("aed", 2, 200),
    ("aud", 2, 50),
    ("bhd", 3, 200),
    ("brl", 2, 50),
    ("cad", 2, 50),
    ("chf", 2, 50),
    ("czk", 2, 1_500),
    ("dkk", 2, 250),
    ("eur", 2, 50),
    ("gbp", 2, 30),
    ("hkd", 2, 400),
    ("huf", 2, 17_500),
    ("idr", 2, 800_000),
    ("inr", 2, 50),
    ("isk", 2, 7_000),
    ("jpy", 0, 50),
    ("krw", 0, 700),
    ("kwd", 3, 160),
    ("mga", 0, 2_300),
    ("mxn", 2, 1_000),
    ("myr", 2, 200),
    ("nok", 2, 300),
    ("nzd", 2, 50),
    ("pln", 2, 200),
    ("ron", 2, 200),
    ("sek", 2, 300),
    ("sgd", 2, 50),
    ("thb", 2, 1_000),
    ("ugx", 2, 190_000),
    ("usd", 2, 50),
];

/// The currency in lower case, if the processor knows it.
///
/// # Errors
/// 400 that names the parameter.
pub fn known(text: &str) -> Result<String, ApiError> {
    let code = text.to_ascii_lowercase();
    if CURRENCIES.iter().any(|(known, ..)| *known == code) {
        return Ok(code);
    }
    let list: Vec<_> = CURRENCIES.iter().map(|(known, ..)| *known).collect();
    Err(ApiError::invalid(
        "currency",
        format!("Invalid currency: {text}. Stripe currently supports these currencies: {}", list.join(", ")),
    ))
}

/// Refuses what is too little or has more than eight digits.
///
/// # Errors
/// 400 `parameter_invalid_integer`, `amount_too_small` or `amount_too_large`.
pub fn check_amount(amount: i64, currency: &str) -> Result<(), ApiError> {
    let (_, decimals, minimum) =
        CURRENCIES.iter().find(|(known, ..)| *known == currency).copied().unwrap_or(("", 2, 50));
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(ApiError::invalid("amount", message).code("parameter_invalid_integer"));
    }
    if amount < minimum {
        let message = format!("Amount must be at least {} {currency}", display(minimum, decimals));
        return Err(ApiError::invalid("amount", message).code("amount_too_small"));
    }
    if amount > 99_999_999 {
        let message = format!("Amount must be no more than {} {currency}", display(99_999_999, decimals));
        return Err(ApiError::invalid("amount", message).code("amount_too_large"));
    }
    Ok(())
}

/// `1900` with two decimals is `19.00`.
#[must_use]
pub fn display(minor: i64, decimals: u8) -> String {
    let scale = 10_i64.pow(u32::from(decimals));
    if decimals == 0 {
        return minor.to_string();
    }
    format!("{}.{:0width$}", minor / scale, minor % scale, width = usize::from(decimals))
}

/// An amount for people: `19.00 SGD`.
#[must_use]
pub fn label(minor: i64, currency: &str) -> String {
    let decimals = CURRENCIES.iter().find(|(known, ..)| *known == currency).map_or(2, |(_, decimals, _)| *decimals);
    format!("{} {}", display(minor, decimals), currency.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_per_currency() {
        let code = |amount, currency| {
            check_amount(amount, currency)
                .err()
                .and_then(|error| error.code_text().map(str::to_owned))
                .unwrap_or_default()
        };
        assert_eq!(code(49, "usd"), "amount_too_small");
        assert_eq!(code(50, "usd"), "");
        assert_eq!(code(49, "jpy"), "amount_too_small");
        assert_eq!(code(30, "gbp"), "");
        assert_eq!(code(0, "usd"), "parameter_invalid_integer");
        assert_eq!(code(100_000_000, "usd"), "amount_too_large");
    }

    #[test]
    fn amounts_read_well() {
        assert_eq!(label(1_900, "sgd"), "19.00 SGD");
        assert_eq!(label(1_905, "bhd"), "1.905 BHD");
        assert_eq!(label(50, "jpy"), "50 JPY");
    }
}
