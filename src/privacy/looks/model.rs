//! Purposes of looks.

use std::str::FromStr;

/// Why somebody looks at a person's data (policy clause 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The customer asked about an amount or an invoice.
    BillingQuestion,
    /// A payment failed or is unclear.
    PaymentProblem,
    /// A charge is disputed.
    Dispute,
    /// Signs of fraud.
    FraudCheck,
    /// A request of the person about their own data.
    DataRequest,
}

/// All purposes, in the order of the form.
pub const PURPOSES: [Purpose; 5] =
    [Purpose::BillingQuestion, Purpose::PaymentProblem, Purpose::Dispute, Purpose::FraudCheck, Purpose::DataRequest];

impl Purpose {
    /// The word in addresses and rows.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::BillingQuestion => "billing_question",
            Self::PaymentProblem => "payment_problem",
            Self::Dispute => "dispute",
            Self::FraudCheck => "fraud_check",
            Self::DataRequest => "data_request",
        }
    }

    /// In words, as staff and holders read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::BillingQuestion => "A question about billing",
            Self::PaymentProblem => "A payment that failed or is unclear",
            Self::Dispute => "A disputed charge",
            Self::FraudCheck => "A check for fraud",
            Self::DataRequest => "A request of the person about their own data",
        }
    }
}

impl FromStr for Purpose {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        PURPOSES.into_iter().find(|purpose| purpose.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_read_back() {
        for purpose in PURPOSES {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
        }
        assert_eq!("curiosity".parse::<Purpose>(), Err(()));
    }
}
