//! English sentences as names of messages.
//!
//! A sentence is found by its whole text, or, where it holds values, by what stands around them. A variable whose name
//! ends in `-told` holds a sentence of ours in its turn; every other value is left as it is.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::catalogue;
use crate::kernel::lang::Lang;

/// Letters around the values without which a message is no sentence.
const FEWEST: usize = 4;
/// Letters around the values from which on a sentence may begin with a value of several words.
const ENOUGH: usize = 12;

/// A message with variables: its literal parts, and the names between them.
struct Template {
    id: String,
    literals: Vec<String>,
    names: Vec<String>,
}

static EXACT: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut exact = HashMap::new();
    for (id, text) in catalogue::english() {
        exact.entry(text).or_insert(id);
    }
    exact
});

/// The most literal first: what fits two sentences is the longer one.
static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let mut templates = Vec::new();
    for resource in catalogue::resources(Lang::En) {
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            templates.extend(message.value.as_ref().and_then(|value| template(message.id.name, value)));
        }
    }
    templates.sort_by_key(|template| Reverse(template.told()));
    templates
});

/// The message that says this English sentence, and the values of its variables.
pub(super) fn find(english: &str) -> Option<(&'static str, Vec<(&'static str, &str)>)> {
    if let Some(id) = EXACT.get(english) {
        return Some((id, Vec::new()));
    }
    TEMPLATES.iter().find_map(|template| Some((template.id.as_str(), template.read(english)?)))
}

/// Whether a variable holds a sentence of ours.
pub(super) fn is_ours(name: &str) -> bool {
    name.ends_with("-told")
}

/// Only plain variables, and enough words between them. Messages with markup are those of pages, which have ids.
fn template(id: &str, pattern: &Pattern<&str>) -> Option<Template> {
    let (mut literals, mut names) = (vec![String::new()], Vec::new());
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } if value.contains("</") => return None,
            PatternElement::TextElement { value } => literals.last_mut()?.push_str(value),
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => {
                names.push(id.name.to_owned());
                literals.push(String::new());
            }
            PatternElement::Placeable { .. } => return None,
        }
    }
    let template = Template { id: id.to_owned(), literals, names };
    (!template.names.is_empty() && template.told() >= FEWEST).then_some(template)
}

impl Template {
    fn told(&self) -> usize {
        self.literals.iter().map(String::len).sum()
    }

    fn read<'a>(&'static self, text: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let (first, others) = self.literals.split_first()?;
        let mut rest = text.strip_prefix(first.as_str())?;
        let mut values = Vec::new();
        for (at, (name, literal)) in self.names.iter().zip(others).enumerate() {
            let is_last = at + 1 == self.names.len();
            let end = if is_last { rest.strip_suffix(literal.as_str())?.len() } else { rest.find(literal.as_str())? };
            values.push((name.as_str(), &rest[..end]));
            rest = &rest[end + literal.len()..];
        }
        let vague = first.is_empty() && self.told() < ENOUGH;
        let clear = |value: &str| !value.is_empty() && !value.contains(' ');
        (!vague || values.iter().all(|(_, value)| clear(value))).then_some(values)
    }
}
