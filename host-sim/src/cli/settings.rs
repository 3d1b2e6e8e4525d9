//! Where settings come from, and what is said when they are refused.

use std::path::Path;

use host_sim_runtime::{ConfigureError, Instance};
use host_sim_workbench::text;

use super::console::Console;
use super::end::Usage;

/// The text of the settings: from the argument, else from the file if there is one, else no settings at all.
pub(super) fn text(argument: Option<&str>, file: Option<&Path>) -> anyhow::Result<String> {
    match (argument.map(|argument| argument.strip_prefix('@').ok_or(argument)), file) {
        (Some(Err(json)), _) => Ok(json.to_owned()),
        (Some(Ok(path)), _) => read(Path::new(path)),
        (None, Some(path)) if path.exists() => read(path),
        (None, _) => Ok("{}".to_owned()),
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    text::read(path).map_err(|error| Usage(format!("cannot read the settings `{}`: {error}", path.display())).into())
}

/// Sets the instance up, and says all that the component has to say about the settings.
pub(super) fn apply(instance: &mut Instance, text: &str, console: &Console) -> anyhow::Result<()> {
    match instance.configure(text) {
        Ok(warnings) => {
            warnings.iter().for_each(|warning| console.setting(warning));
            Ok(())
        }
        Err(ConfigureError::Refused(problems)) => {
            problems.iter().for_each(|problem| console.setting(problem));
            Err(Usage("the component refuses the settings".to_owned()).into())
        }
        Err(ConfigureError::Stopped(stop)) => Err(stop.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::text;
    use crate::cli::end::Usage;

    #[test]
    fn the_argument_wins_over_the_file_and_a_missing_file_is_named() {
        let file = std::env::temp_dir().join(format!("host-sim-settings-{}.json", std::process::id()));
        std::fs::write(&file, "\u{feff}{\"a\":1}").expect("writable");
        let at_file = format!("@{}", file.display());
        assert_eq!(text(Some("{}"), Some(&file)).expect("given"), "{}");
        assert_eq!(text(Some(&at_file), None).expect("there"), "{\"a\":1}");
        assert_eq!(text(None, Some(&file)).expect("there"), "{\"a\":1}");
        std::fs::remove_file(&file).expect("removable");
        assert_eq!(text(None, Some(&file)).expect("none"), "{}");
        assert_eq!(text(None, None).expect("none"), "{}");
        let error = text(Some("@no/such/file"), Some(Path::new("x"))).expect_err("it is missing");
        assert!(error.is::<Usage>() && error.to_string().contains("no/such/file"), "{error}");
    }
}
