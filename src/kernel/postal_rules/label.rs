//! The lines of an address as its country's post reads them.

use super::Rules;

/// The parts of an address that its lines are made of.
#[derive(Debug, Clone, Copy)]
pub(in crate::kernel) struct Parts<'a> {
    pub(in crate::kernel) street: &'a str,
    pub(in crate::kernel) second: Option<&'a str>,
    pub(in crate::kernel) city: &'a str,
    pub(in crate::kernel) region: Option<&'a str>,
    pub(in crate::kernel) postcode: Option<&'a str>,
}

/// The lines in the country's order, without the country. What the country's own order has no place for stands at the
/// end, so that nothing that somebody gave is hidden; a city that is its own region stands once.
pub(in crate::kernel) fn lines(parts: &Parts<'_>, rules: &Rules) -> Vec<String> {
    let own_script = rules.largest_first().filter(|_| parts.street.chars().any(is_east_asian));
    let order = own_script.unwrap_or_else(|| rules.smallest_first());
    let region = parts.region.filter(|region| region.to_lowercase() != parts.city.to_lowercase());
    let region = region.filter(|region| !(order.contains('K') && region.eq_ignore_ascii_case(rules.country)));
    let parts = Parts { region, ..*parts };
    let mut lines = Vec::new();
    for line in order.split(';') {
        match line {
            "A" => lines.extend([Some(parts.street), parts.second].into_iter().flatten().map(str::to_owned)),
            _ => lines.push(filled(line, &parts, rules.country)),
        }
    }
    let unplaced = [('S', parts.region), ('Z', parts.postcode)].into_iter().filter(|(slot, _)| !order.contains(*slot));
    lines.extend(unplaced.filter_map(|(_, part)| part.map(str::to_owned)));
    lines.retain(|line| !line.is_empty());
    lines
}

/// One line. What stands between two parts is written if both are there, what stands before the first with it.
fn filled(line: &str, parts: &Parts<'_>, country: &str) -> String {
    let (mut text, mut between, mut is_first) = (String::new(), String::new(), true);
    for slot in line.chars() {
        let part = match slot {
            'C' => parts.city,
            'S' => parts.region.unwrap_or_default(),
            'Z' => parts.postcode.unwrap_or_default(),
            'K' => country,
            other => {
                between.push(other);
                continue;
            }
        };
        if !part.is_empty() {
            text.push_str(if text.is_empty() && !is_first { "" } else { &between });
            text.push_str(part);
        }
        between.clear();
        is_first = false;
    }
    text
}

/// Chinese characters, the Japanese syllabaries and the Korean alphabet.
fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
        || matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}')
}
