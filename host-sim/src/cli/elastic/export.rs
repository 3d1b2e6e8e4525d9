//! `host-sim elastic export`: a component in, files out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use host_sim_elastic::Fields;
use host_sim_elastic::export::{self, Form};
use host_sim_runtime::{Component, Engine};

use super::super::console::for_a_terminal;
use super::super::end::{End, Usage};
use super::super::options::LimitOptions;

/// The component of this project.
const COMPONENT: &str = "microsoft_defender_cloud.wasm";

/// Write everything as files
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The folder; what an earlier version left of the same name is replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// In which form: packages for Fleet's upload, requests for Elasticsearch, saved objects for Kibana
    #[arg(long = "as", value_name = "FORM")]
    form: FormOption,
    #[command(flatten)]
    component: ComponentOption,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormOption {
    Package,
    Requests,
    Objects,
}

/// Whose fields they are.
#[derive(Debug, Args)]
pub(super) struct ComponentOption {
    /// The component whose fields they are [default: `microsoft_defender_cloud.wasm` beside this program]
    #[arg(long, value_name = "COMPONENT")]
    component: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitOptions,
}

impl ComponentOption {
    pub(super) fn engine(&self) -> anyhow::Result<Engine> {
        self.limits.engine()
    }

    pub(super) fn fields(&self, engine: &Engine) -> anyhow::Result<Fields> {
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join(COMPONENT)).filter(|path| path.is_file());
        let path =
            self.component.clone().or_else(beside).ok_or_else(|| Usage(format!("there is no `{COMPONENT}` beside this program; name one by `--component`")))?;
        let cannot = |what: &str, path: &Path| format!("cannot {what} `{}`", path.display());
        let component = Component::load(engine, &path).with_context(|| cannot("load", &path))?;
        Fields::of(&component).with_context(|| cannot("ask", &path))
    }
}

impl Export {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let fields = self.component.fields(&self.component.engine()?)?;
        let form = match self.form {
            FormOption::Package => Form::Package,
            FormOption::Requests => Form::Requests,
            FormOption::Objects => Form::Objects,
        };
        let written = export::write(&fields, form, &self.folder).with_context(|| format!("cannot write into `{}`", self.folder.display()))?;
        for path in written {
            writeln!(io::stdout(), "{}", for_a_terminal(&path.display().to_string())).context("cannot write")?;
        }
        Ok(End::Done)
    }
}
