//! Typed reading of a request's parameters. What was not read by the end is an unknown parameter, and refused.

use std::collections::BTreeMap;

use super::errors::ApiError;
use super::form::{Branch, Node};

/// Key–value notes that an integration keeps on an object.
pub type Metadata = BTreeMap<String, String>;

/// The parameters of a request, or of one nested object in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    nodes: Branch,
    prefix: String,
}

impl Params {
    /// Over a decoded form.
    #[must_use]
    pub fn new(nodes: Branch) -> Self {
        Self { nodes, prefix: String::new() }
    }

    fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}[{name}]", self.prefix) }
    }

    /// A text, `None` when not given.
    ///
    /// # Errors
    /// 400 for an empty text or a nested object.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.clearable(name)? {
            Some(text) if text.is_empty() => {
                let full = self.full_name(name);
                let message = format!(
                    "You passed an empty string for '{full}'. We assume empty values are an attempt to unset a parameter; \
                     however '{full}' cannot be unset. You should remove '{full}' from your request or supply a non-empty value."
                );
                Err(ApiError::invalid(&full, message).code("parameter_invalid_empty"))
            }
            other => Ok(other),
        }
    }

    /// A text that may be empty, which means "unset".
    ///
    /// # Errors
    /// 400 for a nested object or more than 5000 characters.
    pub fn clearable(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.nodes.remove(name) {
            None => Ok(None),
            Some(Node::Text(text)) if text.chars().count() > 5_000 => {
                let full = self.full_name(name);
                Err(ApiError::invalid(&full, format!("Invalid string: must be at most 5000 characters: {full}")))
            }
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(Node::Branch(_)) => {
                let full = self.full_name(name);
                Err(ApiError::invalid(&full, format!("Invalid string: {full} must be a string.")))
            }
        }
    }

    /// A text that must be given.
    ///
    /// # Errors
    /// 400 `parameter_missing`, and as [`Self::text`].
    pub fn required(&mut self, name: &str) -> Result<String, ApiError> {
        self.text(name)?.ok_or_else(|| self.lacking(name))
    }

    /// The error for a parameter that must be given.
    #[must_use]
    pub fn lacking(&self, name: &str) -> ApiError {
        let full = self.full_name(name);
        ApiError::invalid(&full, format!("Missing required param: {full}.")).code("parameter_missing")
    }

    /// A whole number.
    ///
    /// # Errors
    /// 400 `parameter_invalid_integer`.
    pub fn integer(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        let full = self.full_name(name);
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text.parse().map_err(|_| {
            ApiError::invalid(&full, format!("Invalid integer: {text}")).code("parameter_invalid_integer")
        })?;
        Ok(Some(number))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn boolean(&mut self, name: &str) -> Result<Option<bool>, ApiError> {
        let full = self.full_name(name);
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(ApiError::invalid(&full, format!("Invalid boolean: {other}"))),
        }
    }

    /// One of some words.
    ///
    /// # Errors
    /// 400 that lists them.
    pub fn word(&mut self, name: &str, allowed: &[&str]) -> Result<Option<String>, ApiError> {
        let full = self.full_name(name);
        match self.text(name)? {
            Some(word) if !allowed.contains(&word.as_str()) => {
                Err(ApiError::invalid(&full, format!("Invalid {full}: must be one of {}", allowed.join(", "))))
            }
            other => Ok(other),
        }
    }

    /// A list of texts; `None` when not given.
    ///
    /// # Errors
    /// 400 for anything but a list of texts.
    pub fn list(&mut self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        let full = self.full_name(name);
        let wrong = || ApiError::invalid(&full, "Invalid array");
        let Some(node) = self.nodes.remove(name) else { return Ok(None) };
        let Node::Branch(branch) = node else { return Err(wrong()) };
        let mut numbered = Vec::with_capacity(branch.len());
        for (index, item) in branch {
            match (index.parse::<usize>(), item) {
                (Ok(index), Node::Text(text)) => numbered.push((index, text)),
                _ => return Err(wrong()),
            }
        }
        numbered.sort_unstable();
        Ok(Some(numbered.into_iter().map(|(_, text)| text).collect()))
    }

    /// A nested object, read by the closure; unknown names in it are refused.
    ///
    /// # Errors
    /// 400 for a plain value, an unknown name, or what the closure finds.
    pub fn nested<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, ApiError>,
    ) -> Result<Option<T>, ApiError> {
        let full = self.full_name(name);
        match self.nodes.remove(name) {
            None => Ok(None),
            Some(Node::Text(_)) => Err(ApiError::invalid(&full, "Invalid object")),
            Some(Node::Branch(nodes)) => {
                let mut inner = Self { nodes, prefix: full };
                let value = read(&mut inner)?;
                inner.finish()?;
                Ok(Some(value))
            }
        }
    }

    /// Whether the name was given as a plain value, as in `created=1700000000`.
    #[must_use]
    pub fn is_text(&self, name: &str) -> bool {
        matches!(self.nodes.get(name), Some(Node::Text(_)))
    }

    /// Whether the name was given in any form.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.nodes.contains_key(name)
    }

    /// Every name and text of this object.
    ///
    /// # Errors
    /// 400 where a value is nested.
    pub fn drain(&mut self) -> Result<BTreeMap<String, String>, ApiError> {
        let names: Vec<_> = self.nodes.keys().cloned().collect();
        names.into_iter().map(|name| Ok((name.clone(), self.clearable(&name)?.unwrap_or_default()))).collect()
    }

    /// Refuses what nobody asked for.
    ///
    /// # Errors
    /// 400 `parameter_unknown`.
    pub fn finish(&self) -> Result<(), ApiError> {
        let Some((name, node)) = self.nodes.first_key_value() else { return Ok(()) };
        let mut full = self.full_name(name);
        if let Node::Branch(inner) = node
            && let Some(first) = inner.keys().next()
        {
            full = format!("{full}[{first}]");
        }
        Err(ApiError::invalid(&full, format!("Received unknown parameter: {full}")).code("parameter_unknown"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::decode;
    use super::*;

    fn params(raw: &str) -> Params {
        Params::new(decode(raw.as_bytes()).expect("decodes"))
    }

    fn code(error: &ApiError) -> &str {
        error.code_text().unwrap_or("-")
    }

    #[test]
    fn reads_types() {
        let mut given = params("amount=1900&confirm=true&types[]=card&card[exp][year]=30&l[10]=b&l[9]=a&name=");
        assert_eq!(given.integer("amount").expect("number"), Some(1_900));
        assert_eq!(given.boolean("confirm").expect("boolean"), Some(true));
        assert_eq!(given.list("types").expect("list"), Some(vec!["card".to_owned()]));
        assert_eq!(given.list("l").expect("list"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(given.clearable("name").expect("text"), Some(String::new()));
        let year = given.nested("card", |card| card.nested("exp", |exp| exp.integer("year"))).expect("nested");
        assert_eq!(year, Some(Some(Some(30))));
        assert!(given.finish().is_ok());
    }

    #[test]
    fn refuses_with_stripes_codes() {
        assert_eq!(code(&params("a=").text("a").expect_err("empty")), "parameter_invalid_empty");
        assert_eq!(code(&params("").required("a").expect_err("missing")), "parameter_missing");
        assert_eq!(code(&params("a=1.5").integer("a").expect_err("no integer")), "parameter_invalid_integer");
        assert!(params("a=yes").boolean("a").is_err());
        assert!(params("a[x]=1").list("a").is_err());
        assert!(params("a=1").nested("a", |_| Ok(())).is_err());
    }

    #[test]
    fn names_the_unknown_parameter_in_full() {
        let mut given = params("card[number]=1");
        assert_eq!(given.finish().expect_err("unknown").body()["error"]["param"], "card[number]");
        let error = given.nested("card", |_| Ok(())).expect_err("unknown inside");
        assert_eq!((code(&error), &error.body()["error"]["param"]), ("parameter_unknown", &"card[number]".into()));
    }
}
