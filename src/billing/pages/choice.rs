//! The form to choose a plan: what may be chosen, and what a choice means.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::words;
use crate::billing::catalog::model::{Plan, Price};
use crate::billing::subscriptions::quotes::Order;
use crate::billing::views::{PlanOption, Subscribe};
use crate::kernel::lang::Lang;
use crate::platform::web::form::{Choice, Errors};
use crate::platform::web::page::Page;

/// What is chosen, as typed.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Chosen {
    pub plan: String,
    pub interval: String,
    pub currency: String,
    pub quantity: String,
    #[serde(skip_serializing)]
    pub done: String,
}

impl Chosen {
    /// Own path to this choice.
    pub fn address(&self) -> String {
        format!("/billing/subscribe?{}", serde_html_form::to_string(self).unwrap_or_default())
    }

    /// The price that is meant, or what is wrong with which field.
    pub fn order(&self, plans: &Offered) -> Result<Order, Errors> {
        let mut errors = Errors::default();
        let plan = plans.iter().find(|(plan, _)| plan.code == self.plan);
        if plan.is_none() {
            errors.push("plan", "Choose a plan.");
        }
        let price = plan.and_then(|(_, prices)| {
            let fits =
                |price: &&Price| price.interval.as_str() == self.interval && price.currency().code() == self.currency;
            prices.iter().find(fits)
        });
        if plan.is_some() && price.is_none() {
            errors.push("currency", "The plan is not offered like this. Choose another currency or interval.");
        }
        let quantity = self.quantity.trim().parse::<u32>().ok();
        if quantity.is_none() {
            errors.push("quantity", "Enter a whole number, 1 or more.");
        }
        match (price, quantity) {
            (Some(price), Some(quantity)) => Ok(Order { price: price.id.clone(), quantity }),
            _ => Err(errors),
        }
    }
}

/// Plans on offer with their prices.
pub(super) type Offered = Vec<(Plan, Vec<Price>)>;

/// The form with a choice; what is not chosen yet starts with the most usual.
pub(super) fn form(page: Page, plans: &Offered, chosen: Chosen) -> Subscribe {
    let offered = plans.iter().flat_map(|(_, prices)| prices).map(|price| price.currency().code());
    let currencies: BTreeSet<&str> = offered.collect();
    let or = |text: String, default: &str| if text.is_empty() { default.to_owned() } else { text };
    let lang = page.lang;
    Subscribe {
        page,
        plans: plans.iter().filter(|(_, prices)| !prices.is_empty()).map(|offered| option(offered, lang)).collect(),
        plan: chosen.plan,
        interval: or(chosen.interval, "month"),
        currency: or(chosen.currency, currencies.first().unwrap_or(&"")),
        currencies: currencies.into_iter().map(|code| Choice::new(code, code)).collect(),
        quantity: or(chosen.quantity, "1"),
        unit: "Agents".to_owned(),
    }
}

fn option((plan, prices): &(Plan, Vec<Price>), lang: Lang) -> PlanOption {
    PlanOption {
        code: plan.code.clone(),
        name: plan.name.clone(),
        note: lang
            .fill("plan-note")
            .with("what", lang.tell(&plan.description))
            .with("price", words::monthly(prices, lang))
            .text(),
    }
}
