//! Files and functions stay small enough to be read at once.

use crate::Finding;
use crate::source::{Source, Token};

const FILE_CAP: usize = 400;
const FILE_MEDIAN: usize = 120;
const FILE_P90: usize = 250;
const FUNCTION_CAP: usize = 80;
const FUNCTION_P90: usize = 45;
const PARAMETERS: usize = 5;

/// Generated from the migrations; nobody reads it top to bottom.
const GENERATED: &[&str] = &["src/db/schema.rs"];

/// Length in lines, signature and closing brace included.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
    pub parameters: usize,
}

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !GENERATED.contains(&source.path.as_str()) && source.lines() > FILE_CAP {
        findings.push(Finding::new(source, 1, &format!("{} lines, the cap is {FILE_CAP}", source.lines())));
    }
    for function in functions(source) {
        if function.lines > FUNCTION_CAP {
            let what = format!("`{}` has {} lines, the cap is {FUNCTION_CAP}", function.name, function.lines);
            findings.push(Finding::new(source, function.line, &what));
        }
        if function.parameters > PARAMETERS {
            let what = format!("`{}` takes {} parameters, the cap is {PARAMETERS}", function.name, function.parameters);
            findings.push(Finding::new(source, function.line, &what));
        }
    }
    findings
}

/// The distribution over the whole package: a file or function near its cap must stay the exception.
pub fn check_distribution(sources: &[Source]) -> Vec<String> {
    let hand_written = sources.iter().filter(|source| !GENERATED.contains(&source.path.as_str()));
    let files: Vec<usize> = hand_written.map(Source::lines).collect();
    let functions: Vec<usize> = sources.iter().flat_map(functions).map(|function| function.lines).collect();
    let limits = [
        ("median of file lengths", percentile(&files, 50), FILE_MEDIAN),
        ("90th percentile of file lengths", percentile(&files, 90), FILE_P90),
        ("90th percentile of function lengths", percentile(&functions, 90), FUNCTION_P90),
    ];
    let above = limits.into_iter().filter(|(_, is, limit)| is > limit);
    above.map(|(what, is, limit)| format!("{what}: {is}, limit {limit}")).collect()
}

/// Nearest rank; 0 of nothing.
fn percentile(values: &[usize], percent: usize) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

pub fn functions(source: &Source) -> Vec<Function> {
    let tokens = source.tokens();
    let starts = (0..tokens.len()).filter(|at| tokens[*at].text == "fn" && next_is_word(&tokens, *at));
    starts.filter_map(|at| function(&tokens, at)).collect()
}

/// `fn(` is a type, `fn name` a function.
fn next_is_word(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|next| next.text.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

fn function(tokens: &[Token<'_>], at: usize) -> Option<Function> {
    let mut angle = 0_usize;
    let open = (at + 2..tokens.len()).find(|index| {
        match tokens[*index].text {
            "<" => angle += 1,
            ">" if tokens[*index - 1].text != "-" => angle = angle.saturating_sub(1),
            _ => {}
        }
        tokens[*index].text == "(" && angle == 0
    })?;
    let close = matching(tokens, open)?;
    let body = (close..tokens.len()).find(|index| matches!(tokens[*index].text, "{" | ";"))?;
    if tokens[body].text == ";" {
        return None; // a trait's signature
    }
    let last = tokens[matching(tokens, body)?].line;
    Some(Function {
        name: tokens[at + 1].text.to_owned(),
        line: tokens[at].line,
        lines: last - tokens[at].line + 1,
        parameters: parameters(&tokens[open + 1..close]),
    })
}

fn matching(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (open..tokens.len()).find(|at| {
        match tokens[*at].text {
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

/// Parameters are separated by commas outside every bracket; `self` counts, as clippy counts it.
fn parameters(tokens: &[Token<'_>]) -> usize {
    let (mut depth, mut count, mut pending) = (0_usize, 0, false);
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" | "<" => depth += 1,
            ">" if at > 0 && matches!(tokens[at - 1].text, "-" | "=") => {}
            ")" | "]" | "}" | ">" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = token.text == "," && depth == 0;
        count += usize::from(ends && pending);
        pending = !ends;
    }
    count + usize::from(pending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> String {
        "    call();\n".repeat(count)
    }

    #[test]
    fn a_long_file_is_found_and_tests_do_not_count() {
        let long = "use std::fmt;\n".repeat(FILE_CAP + 1);
        assert_eq!(check(&Source::new("src/a.rs", &long)).len(), 1);
        let tested = format!("{}#[cfg(test)]\nmod tests {{\n{long}}}\n", "use std::fmt;\n".repeat(FILE_CAP));
        assert_eq!(check(&Source::new("src/a.rs", &tested)), []);
    }

    #[test]
    fn a_long_function_is_found() {
        let long = format!("impl A {{\n  fn f(&self) -> Vec<u8> {{\n{}  }}\n}}\n", lines(FUNCTION_CAP - 1));
        assert_eq!(check(&Source::new("src/a.rs", &long)).len(), 1);
        let fits = format!("fn f() {{\n{}}}\n", lines(FUNCTION_CAP - 2));
        assert_eq!(check(&Source::new("src/a.rs", &fits)), []);
    }

    #[test]
    fn a_function_of_many_parameters_is_found() {
        let six = "fn f<F: Fn(u8, u8) -> u8>(&self, a: (u8, u8), b: HashMap<u8, u8>, c: [u8; 2], d: F, e: u8) {}";
        assert_eq!(check(&Source::new("src/a.rs", six)).len(), 1);
        let five = "fn f(a: impl Fn(u8, u8) -> Map<u8, u8>, b: u8, c: u8, d: u8, e: fn(u8) -> u8,) {}";
        assert_eq!(check(&Source::new("src/a.rs", five)), []);
    }

    #[test]
    fn a_package_of_middling_files_and_functions_is_found() {
        let file = |count: usize| Source::new("src/a.rs", &"use std::fmt;\n".repeat(count));
        let median = [file(10), file(121), file(121)];
        assert_eq!(check_distribution(&median), ["median of file lengths: 121, limit 120"]);
        let tail: Vec<Source> = (0..10).map(|at| file(if at < 8 { 50 } else { 251 })).collect();
        assert_eq!(check_distribution(&tail), ["90th percentile of file lengths: 251, limit 250"]);
        let long = format!("fn f() {{\n{}}}\n", lines(44));
        assert_eq!(check_distribution(&[Source::new("src/a.rs", &long)]).len(), 1);
        assert_eq!(check_distribution(&[file(FILE_MEDIAN)]), Vec::<String>::new());
    }

    #[test]
    fn function_types_and_signatures_are_no_functions() {
        assert_eq!(functions(&Source::new("src/a.rs", "type F = fn(u8); trait T { fn f(&self); }")), []);
    }
}
