//! Decodes `a=1&b[c]=2&d[]=3&d[]=4&e[0][f]=5` into a tree, strictly.

use std::collections::BTreeMap;

use super::errors::ApiError;

/// Most pairs of one request.
const MAX_PAIRS: usize = 1_000;
/// Deepest nesting of one key.
const MAX_DEPTH: usize = 8;

/// A value or what its brackets held. Lists are branches whose names are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// `a=text`
    Text(String),
    /// `a[…]=…`
    Branch(Branch),
}

/// Named nodes.
pub type Branch = BTreeMap<String, Node>;

/// Decodes a query string or a form body.
///
/// # Errors
/// 400 for text that is no UTF-8, unbalanced brackets, a name that is both a value and a branch, too many or too deep.
pub fn decode(raw: &[u8]) -> Result<Branch, ApiError> {
    let mut root = Branch::new();
    merge(&mut root, raw)?;
    Ok(root)
}

/// Decodes into an existing tree: a POST may carry parameters in its URL too.
///
/// # Errors
/// As [`decode`].
pub fn merge(root: &mut Branch, raw: &[u8]) -> Result<(), ApiError> {
    for (count, pair) in raw.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).enumerate() {
        if count >= MAX_PAIRS {
            return Err(ApiError::invalid("", "Too many parameters in one request."));
        }
        let (key, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &b""[..]),
        };
        let key = unescape(key)?;
        let path = split_key(&key)?;
        insert(root, &path, unescape(value)?, &key)?;
    }
    Ok(())
}

fn unescape(raw: &[u8]) -> Result<String, ApiError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next())? << 4 | hex(rest.next())?,
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| ApiError::invalid("", "Invalid UTF-8 in request."))
}

fn hex(digit: Option<u8>) -> Result<u8, ApiError> {
    let value = digit.and_then(|digit| char::from(digit).to_digit(16));
    value
        .and_then(|value| u8::try_from(value).ok())
        .ok_or_else(|| ApiError::invalid("", "Invalid percent-encoding in request."))
}

/// `a[b][]` → `["a", "b", ""]`.
fn split_key(key: &str) -> Result<Vec<&str>, ApiError> {
    let broken = || ApiError::invalid(key, format!("Invalid parameter name: {key}"));
    let (first, mut rest) = match key.find('[') {
        Some(at) => key.split_at(at),
        None => (key, ""),
    };
    if first.is_empty() || first.contains(']') {
        return Err(broken());
    }
    let mut path = vec![first];
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[').ok_or_else(broken)?;
        let end = inner.find(']').ok_or_else(broken)?;
        if inner[..end].contains('[') || path.len() >= MAX_DEPTH {
            return Err(broken());
        }
        path.push(&inner[..end]);
        rest = &inner[end + 1..];
    }
    Ok(path)
}

fn insert(branch: &mut Branch, path: &[&str], value: String, key: &str) -> Result<(), ApiError> {
    let mixed =
        || ApiError::invalid(key, format!("Invalid parameter: {key} is given both as a value and with brackets."));
    let Some((name, rest)) = path.split_first() else { return Ok(()) };
    // `d[]` appends.
    let name = if name.is_empty() { branch.len().to_string() } else { (*name).to_owned() };
    if rest.is_empty() {
        return match branch.insert(name, Node::Text(value)) {
            Some(Node::Branch(_)) => Err(mixed()),
            _ => Ok(()),
        };
    }
    match branch.entry(name).or_insert_with(|| Node::Branch(Branch::new())) {
        Node::Branch(inner) => insert(inner, rest, value, key),
        Node::Text(_) => Err(mixed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: &str) -> Node {
        Node::Text(value.to_owned())
    }

    #[test]
    fn nests_lists_and_maps() {
        let tree = decode(b"a=1&m%5Bk%20x%5D=v+w&l[]=x&l[]=y&d[0][f]=5&e=").expect("decodes");
        assert_eq!(tree["a"], text("1"));
        assert_eq!(tree["m"], Node::Branch(Branch::from([("k x".to_owned(), text("v w"))])));
        assert_eq!(tree["l"], Node::Branch(Branch::from([("0".to_owned(), text("x")), ("1".to_owned(), text("y"))])));
        assert_eq!(tree["e"], text(""));
        let Node::Branch(list) = &tree["d"] else { panic!("a branch") };
        assert_eq!(list["0"], Node::Branch(Branch::from([("f".to_owned(), text("5"))])));
    }

    #[test]
    fn refuses_what_is_ambiguous_or_broken() {
        for broken in [
            "a[=1",
            "a[b=1",
            "a]=1",
            "[a]=1",
            "a[b]c=1",
            "a[[b]]=1",
            "a=1&a[b]=2",
            "a[b]=2&a=1",
            "a=%",
            "a=%zz",
            "a=%ff",
        ] {
            assert!(decode(broken.as_bytes()).is_err(), "{broken}");
        }
        assert!(decode("a[b][c][d][e][f][g][h][i]=1".as_bytes()).is_err());
        assert!(decode("a[]=1&".repeat(1_001).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(raw: Vec<u8>) {
            let _ = decode(&raw);
        }

        #[test]
        fn what_is_encoded_comes_back(pairs in proptest::collection::btree_map("[a-z]{1,8}", ".{0,20}", 0..8)) {
            let raw = serde_urlencoded::to_string(&pairs).expect("text");
            let tree = decode(raw.as_bytes()).expect("decodes");
            let expected: Branch = pairs.into_iter().map(|(name, value)| (name, Node::Text(value))).collect();
            prop_assert_eq!(tree, expected);
        }
    }
}
