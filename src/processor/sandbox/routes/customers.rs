//! `/v1/customers`

use serde_json::{Map, Value};

use super::super::errors::ApiError;
use super::super::objects::{Customer, PaymentMethod};
use super::super::pagination::Page;
use super::super::params::{Metadata, Params};
use super::super::transaction::Tx;
use super::metadata::Change;
use super::{Work, work};

/// The parameters that creating and updating share; an empty text unsets.
struct Fields {
    texts: Vec<(&'static str, String)>,
    address: Option<Option<Metadata>>,
    preferred_locales: Option<Vec<String>>,
    default_payment_method: Option<String>,
    metadata: Change,
}

impl Fields {
    fn read(params: &mut Params) -> Result<Self, ApiError> {
        let mut texts = Vec::new();
        for name in ["description", "email", "name", "phone"] {
            if let Some(text) = params.clearable(name)? {
                texts.push((name, text));
            }
        }
        if let Some((_, email)) =
            texts.iter().find(|(name, text)| *name == "email" && !text.is_empty() && !text.contains('@'))
        {
            let message = format!("Invalid email address: {email}");
            return Err(ApiError::invalid("email", message).code("email_invalid"));
        }
        let address = if params.is_text("address") {
            params.clearable("address")?;
            Some(None)
        } else {
            params.nested("address", read_address)?.map(Some)
        };
        let settings = params.nested("invoice_settings", |given| given.clearable("default_payment_method"))?;
        Ok(Self {
            texts,
            address,
            preferred_locales: params.list("preferred_locales")?,
            default_payment_method: settings.flatten(),
            metadata: Change::read(params)?,
        })
    }

    fn apply(self, tx: &Tx, customer: &mut Customer) -> Result<(), ApiError> {
        for (name, text) in self.texts {
            let value = (!text.is_empty()).then_some(text);
            match name {
                "description" => customer.description = value,
                "email" => customer.email = value,
                "name" => customer.name = value,
                _ => customer.phone = value,
            }
        }
        if let Some(address) = self.address {
            customer.address = address;
        }
        if let Some(locales) = self.preferred_locales {
            customer.preferred_locales = locales;
        }
        if let Some(method) = self.default_payment_method {
            if !method.is_empty() {
                check_own(tx, customer, &method)?;
            }
            customer.default_payment_method = (!method.is_empty()).then_some(method);
        }
        self.metadata.apply(&mut customer.metadata)
    }
}

fn read_address(given: &mut Params) -> Result<Metadata, ApiError> {
    let mut address = Metadata::new();
    for part in ["city", "country", "line1", "line2", "postal_code", "state"] {
        if let Some(text) = given.clearable(part)?.filter(|text| !text.is_empty()) {
            address.insert(part.to_owned(), text);
        }
    }
    Ok(address)
}

fn check_own(tx: &Tx, customer: &Customer, method: &str) -> Result<(), ApiError> {
    let param = "invoice_settings[default_payment_method]";
    let found: PaymentMethod = tx.find(method, param)?;
    if found.customer.as_deref() == Some(&customer.id) {
        return Ok(());
    }
    let message = format!(
        "The customer does not have a payment method with the ID {method}. The payment method must be attached to the customer."
    );
    Err(ApiError::invalid(param, message).code("resource_missing"))
}

pub(super) fn create(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let fields = Fields::read(params)?;
    work(move |tx| {
        let mut customer = Customer {
            id: tx.id("cus"),
            created: tx.now,
            deleted: false,
            description: None,
            email: None,
            name: None,
            phone: None,
            address: None,
            preferred_locales: Vec::new(),
            default_payment_method: None,
            invoice_prefix: tx.letters(8).to_uppercase(),
            metadata: Metadata::new(),
        };
        fields.apply(tx, &mut customer)?;
        tx.put(&customer);
        tx.emit("customer.created", customer.render());
        Ok(customer.render())
    })
}

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| Ok(tx.find::<Customer>(&id, "id")?.render()))
}

pub(super) fn update(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let fields = Fields::read(params)?;
    work(move |tx| {
        let mut customer = existing(tx, &id)?;
        let before = customer.render();
        fields.apply(tx, &mut customer)?;
        tx.put(&customer);
        let previous = differences(&before, &customer.render());
        if previous.as_object().is_some_and(|fields| !fields.is_empty()) {
            tx.emit_change("customer.updated", customer.render(), Some(previous));
        }
        Ok(customer.render())
    })
}

pub(super) fn delete(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| {
        let mut customer = existing(tx, &id)?;
        let before = customer.render();
        let held = |method: &&PaymentMethod| method.customer.as_deref() == Some(&id);
        let methods: Vec<PaymentMethod> = tx.world().payment_methods.iter().filter(held).cloned().collect();
        for mut method in methods {
            method.customer = None;
            tx.put(&method);
        }
        customer.deleted = true;
        tx.put(&customer);
        tx.emit("customer.deleted", before);
        Ok(customer.render())
    })
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let email = params.text("email")?;
    work(move |tx| {
        let wanted = |row: &Customer| !row.deleted && (email.is_none() || row.email == email);
        page.list(tx.world(), "/v1/customers", wanted, Customer::render)
    })
}

fn existing(tx: &Tx, id: &str) -> Result<Customer, ApiError> {
    let customer: Customer = tx.find(id, "id")?;
    if customer.deleted { Err(ApiError::missing("customer", id, "id")) } else { Ok(customer) }
}

/// The fields of `before` that are not the same in `after`.
pub(super) fn differences(before: &Value, after: &Value) -> Value {
    let fields = before.as_object().into_iter().flatten();
    let changed: Map<String, Value> = fields
        .filter(|(name, value)| after.get(name.as_str()) != Some(*value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(changed)
}
