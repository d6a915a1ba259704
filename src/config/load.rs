//! Reads the layers. Environment names derive from the keys of the default file, so there is no second list.

use std::path::{Path, PathBuf};

use config::{Config, File, FileFormat, Value, ValueKind};

use super::check::{ConfigError, check};
use super::settings::Settings;

const DEFAULTS: &str = include_str!("../../config/default.toml");

/// Variables that the product reads besides its keys.
const OTHER_VARIABLES: &[&str] = &["STEWARD_BIN", "STEWARD_LOG", "STEWARD_CONFIG"];

/// Where configuration comes from, besides the defaults.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// `STEWARD_*` variables, usually the process's own.
    pub environment: Vec<(String, String)>,
    /// `(key, value)` pairs that win over everything: command-line options.
    pub overrides: Vec<(String, String)>,
}

impl Sources {
    /// The process's environment and no file.
    #[must_use]
    pub fn process() -> Self {
        let environment = std::env::vars().filter(|(name, _)| name.starts_with("STEWARD_")).collect();
        let file = std::env::var_os("STEWARD_CONFIG").map(PathBuf::from);
        Self { file, environment, overrides: Vec::new() }
    }

    /// Adds an option of the command line.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.overrides.push((key.to_owned(), value.into()));
        self
    }
}

/// Loads and checks the configuration; the second part lists `STEWARD_*` variables that name no key, to warn about.
///
/// # Errors
/// A file that cannot be read, an unknown key in it, or a value that a key does not allow, each named.
pub fn load(sources: &Sources) -> Result<(Settings, Vec<String>), ConfigError> {
    let defaults = Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .build()
        .map_err(|error| ConfigError::new("config/default.toml", error))?;
    let keys = keys_of(&defaults);
    let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(path) = &sources.file {
        refuse_unknown(path, &keys)?;
        builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
    }
    let mut unknown = Vec::new();
    for (name, value) in &sources.environment {
        match key_and_value(name, value, &keys, &defaults)? {
            Some((key, value)) => {
                builder = builder.set_override(&key, value).map_err(|error| ConfigError::new(name, error))?;
            }
            None if OTHER_VARIABLES.contains(&name.as_str()) || name.starts_with("STEWARD_TEST_") => {}
            None => unknown.push(name.clone()),
        }
    }
    for (key, value) in &sources.overrides {
        builder =
            builder.set_override(key, typed(key, value, &defaults)).map_err(|error| ConfigError::new(key, error))?;
    }
    let merged = builder.build().map_err(|error| ConfigError::new("configuration", error))?;
    let settings: Settings = merged.try_deserialize().map_err(|error| match error {
        config::ConfigError::At { ref key, .. } => ConfigError::new(key.clone().as_deref().unwrap_or("?"), error),
        other => ConfigError::new("configuration", other),
    })?;
    check(&settings)?;
    Ok((settings, unknown))
}

/// `stripe.api_base` for every leaf of the default file.
fn keys_of(defaults: &Config) -> Vec<String> {
    fn walk(prefix: &str, value: &Value, into: &mut Vec<String>) {
        match &value.kind {
            ValueKind::Table(table) => {
                for (name, inner) in table {
                    let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    walk(&key, inner, into);
                }
            }
            _ => into.push(prefix.to_owned()),
        }
    }
    let mut keys = Vec::new();
    for (name, value) in defaults.cache.clone().into_table().unwrap_or_default() {
        walk(&name, &value, &mut keys);
    }
    keys.sort();
    keys
}

fn refuse_unknown(path: &Path, keys: &[String]) -> Result<(), ConfigError> {
    let file = Config::builder()
        .add_source(File::from(path).format(FileFormat::Toml))
        .build()
        .map_err(|error| ConfigError::new(&path.display().to_string(), error))?;
    match keys_of(&file).into_iter().find(|key| !keys.contains(key)) {
        Some(key) => Err(ConfigError::new(&key, format!("no such key (in {})", path.display()))),
        None => Ok(()),
    }
}

/// The key that a variable names, with its value; a name that ends in `_FILE` names a file that holds the value.
fn key_and_value(
    name: &str,
    value: &str,
    keys: &[String],
    defaults: &Config,
) -> Result<Option<(String, Value)>, ConfigError> {
    let variable = |key: &str| format!("STEWARD_{}", key.replace('.', "_").to_uppercase());
    if let Some(key) = keys.iter().find(|key| variable(key) == name) {
        return Ok(Some((key.clone(), typed(key, value, defaults))));
    }
    let Some(key) = keys.iter().find(|key| format!("{}_FILE", variable(key)) == name) else { return Ok(None) };
    let text = std::fs::read_to_string(value).map_err(|error| ConfigError::new(name, error))?;
    Ok(Some((key.clone(), typed(key, text.trim_end_matches(['\r', '\n']), defaults))))
}

/// A value of the environment. A key whose default is a list takes `a,b`; everything else converts from text where it is
/// read, commas and all.
fn typed(key: &str, value: &str, defaults: &Config) -> Value {
    if defaults.get_array(key).is_ok() {
        let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        return Value::from(items.map(Value::from).collect::<Vec<_>>());
    }
    Value::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_env(name: &str, value: &str) -> Result<(Settings, Vec<String>), ConfigError> {
        load(&Sources { environment: vec![(name.to_owned(), value.to_owned())], ..Sources::default() })
    }

    #[test]
    fn defaults_load_and_every_key_has_a_comment_above_its_group() {
        let (settings, unknown) = load(&Sources::default()).expect("defaults are valid");
        assert_eq!(settings.http.listen.port(), 8080);
        assert!(unknown.is_empty());
    }

    #[test]
    fn the_environment_overrides_by_derived_names() {
        let (settings, _) = with_env("STEWARD_STRIPE_API_BASE", "http://127.0.0.1:9/").expect("valid");
        assert_eq!(settings.stripe.api_base.as_str(), "http://127.0.0.1:9/");
        let (settings, _) = with_env("STEWARD_LIMITS_ENABLED", "false").expect("valid");
        assert!(!settings.limits.enabled);
    }

    #[test]
    fn a_list_may_have_one_item_and_a_text_may_have_commas() {
        for (text, expected) in [("", vec![]), ("a=SG", vec!["a=SG"]), ("a=SG, b=IE,", vec!["a=SG", "b=IE"])] {
            let (settings, _) = with_env("STEWARD_SITES_HOSTS", text).expect("valid");
            assert_eq!(settings.sites.hosts, expected, "{text}");
        }
        let (settings, _) = with_env("STEWARD_SELLER_ADDRESS", "1 High Street, Singapore").expect("valid");
        assert_eq!(settings.seller.address, "1 High Street, Singapore");
    }

    #[test]
    fn unknown_variables_are_reported_and_nonsense_names_the_key() {
        assert_eq!(with_env("STEWARD_NO_SUCH_KEY", "x").expect("only a warning").1, ["STEWARD_NO_SUCH_KEY"]);
        let error = with_env("STEWARD_HTTP_LISTEN", "nonsense").expect_err("no address");
        assert!(error.to_string().contains("http.listen"), "{error}");
        for wrong in ["99", "20001", "60000"] {
            let error = with_env("STEWARD_STRIPE_TIMEOUT_MS", wrong).expect_err("charging counts on 20 seconds");
            assert!(error.to_string().contains("stripe.timeout_ms"), "{error}");
        }
        with_env("STEWARD_STRIPE_TIMEOUT_MS", "20000").expect("the protocol's own limit");
        let error = with_env("STEWARD_PASSWORDS_MIN_LENGTH", "7").expect_err("too short");
        assert!(error.to_string().contains("passwords.min_length"), "{error}");
    }

    #[test]
    fn a_file_with_an_unknown_key_is_refused_by_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("steward.toml");
        std::fs::write(&path, "[http]\nlisen = \"127.0.0.1:1\"\n").expect("written");
        let error = load(&Sources { file: Some(path), ..Sources::default() }).expect_err("unknown key");
        assert!(error.to_string().contains("http.lisen"), "{error}");
    }
}
