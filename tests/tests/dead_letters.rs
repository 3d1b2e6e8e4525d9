//! `--dead-letter` names a file of its own: none that the run reads, by whatever name, and no folder. Nothing is written before that is known.

use std::fs;
use std::path::{Path, PathBuf};

use tests::hostile::hostile;
use tests::{Ran, Scratch, host_sim, run, text};

/// A folder with all that a run reads: a component, a recording and settings.
struct Files(Scratch);

impl Files {
    fn new(name: &str) -> Self {
        let scratch = Scratch::new(&format!("letters-{name}"));
        fs::copy(hostile(), scratch.path().join("component.wasm")).expect("writable");
        scratch.write("recording/messages.ndjson", "{\"body\":\"panic\"}\n");
        scratch.write("recording/exchanges.json", "{\"exchanges\":[]}");
        scratch.write("recording/settings.json", "{}");
        scratch.write("settings.json", "{}");
        fs::create_dir(scratch.path().join("folder")).expect("writable");
        Self(scratch)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn decode(&self, dead_letter: &Path) -> Ran {
        let (component, input) = (self.path("component.wasm"), self.path("recording/messages.ndjson"));
        let settings = format!("@{}", self.path("settings.json").display());
        run(&["decode", text(&component), "--dataset", "event", text(&input), "--settings", &settings, "--dead-letter", text(dead_letter)])
    }

    fn replay(&self, dead_letter: &Path) -> Ran {
        let (component, recording, out) = (self.path("component.wasm"), self.path("recording"), self.path("out"));
        let settings = format!("@{}", self.path("settings.json").display());
        run(&["replay", text(&component), text(&recording), "--settings", &settings, "--out", text(&out), "--dead-letter", text(dead_letter)])
    }

    /// Everything that is there, with its content.
    fn all(&self) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let mut all = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable") {
                let path = entry.expect("readable").path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path.clone());
                }
                all.push((path.clone(), fs::read(path).ok()));
            }
        }
        all.sort();
        all
    }

    /// Such a name is refused, and everything stays as it was.
    #[track_caller]
    fn check(&self, run: fn(&Self, &Path) -> Ran, path: &Path, what: &str) {
        let before = self.all();
        let ran = run(self, path);
        let expected = format!("error: `{}` is {what}: messages that stop the component go to a file of their own\n", path.display());
        assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr), (2, "", expected));
        assert!(self.all() == before, "`{}`: something was written", path.display());
    }

    /// As above, by the name itself, through a link, and by another name of the same file.
    #[track_caller]
    fn check_by_every_name(&self, run: fn(&Self, &Path) -> Ran, name: &str, what: &str) {
        self.check(run, &self.path(name), what);
        self.check(run, &self.path("folder/..").join(name), what);
        #[cfg(unix)]
        {
            let (link, hard) = (self.path("link"), self.path("hard"));
            std::os::unix::fs::symlink(self.path(name), &link).expect("writable");
            self.check(run, &link, what);
            fs::remove_file(&link).expect("removable");
            fs::hard_link(self.path(name), &hard).expect("writable");
            self.check(run, &hard, what);
            fs::remove_file(&hard).expect("removable");
        }
    }
}

#[test]
fn decode_refuses_what_it_reads() {
    let files = Files::new("decode");
    files.check_by_every_name(Files::decode, "component.wasm", "the component");
    files.check_by_every_name(Files::decode, "recording/messages.ndjson", "the input");
    files.check_by_every_name(Files::decode, "settings.json", "the file of settings");
}

#[test]
fn replay_refuses_what_it_reads() {
    let files = Files::new("replay");
    files.check_by_every_name(Files::replay, "component.wasm", "the component");
    files.check_by_every_name(Files::replay, "recording/exchanges.json", "the input");
    files.check_by_every_name(Files::replay, "recording/messages.ndjson", "the input");
    files.check_by_every_name(Files::replay, "recording/settings.json", "the file of settings");
    files.check_by_every_name(Files::replay, "settings.json", "the file of settings");
}

#[test]
fn replay_refuses_what_it_would_read_if_it_were_there() {
    let files = Files::new("missing");
    for (name, what) in [("settings.json", "the file of settings"), ("exchanges.json", "the input")] {
        let path = files.path("recording").join(name);
        fs::remove_file(&path).expect("removable");
        files.check(Files::replay, &path, what);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&path, files.path("link")).expect("writable");
            files.check(Files::replay, &files.path("link"), what);
            fs::remove_file(files.path("link")).expect("removable");
        }
    }
}

#[test]
fn a_folder_is_refused() {
    let files = Files::new("folder");
    for run in [Files::decode, Files::replay] {
        files.check(run, &files.path("folder"), "a folder");
        files.check(run, &files.path("recording"), "a folder");
        files.check(run, &files.path("missing/"), "a folder");
    }
    files.check(Files::replay, &files.path("out"), "the folder of the documents");
}

#[test]
fn a_file_in_the_folder_of_the_documents_is_refused_before_there_is_one_too() {
    let files = Files::new("out");
    let check = || {
        for name in ["out/dead.ndjson", "out/microsoft_defender_cloud.event.ndjson", "out/deeper/dead.ndjson", "folder/../out/dead.ndjson"] {
            files.check(Files::replay, &files.path(name), "in the folder of the documents");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("out/dead.ndjson", files.path("link")).expect("writable");
            files.check(Files::replay, &files.path("link"), "in the folder of the documents");
            fs::remove_file(files.path("link")).expect("removable");
        }
    };
    check();
    fs::create_dir(files.path("out")).expect("writable");
    check();
    files.0.write("out/dead.ndjson", "");
    check();
    assert_ne!(files.replay(&files.path("outside.ndjson")).status, 2);
    assert!(files.path("outside.ndjson").exists());
}

#[cfg(unix)]
#[test]
fn what_comes_by_stdin_is_an_input_too() {
    let files = Files::new("stdin");
    let input = files.path("recording/messages.ndjson");
    let decode = |input: &Path, dead_letter: &Path| {
        let input = fs::File::open(input).expect("readable");
        let mut command = std::process::Command::new(host_sim());
        command.arg("decode").arg(files.path("component.wasm")).args(["--dataset", "event", "--dead-letter"]).arg(dead_letter).stdin(input);
        let output = command.output().expect("host-sim starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = decode(&input, &input);
    assert!(status == Some(2) && said.contains("is the input"), "{said}");
    assert_eq!(fs::read_to_string(&input).expect("readable"), "{\"body\":\"panic\"}\n");
    assert_eq!(decode(Path::new("/dev/null"), Path::new("/dev/null")).0, Some(0), "what keeps nothing is not read again");
    let kept = files.path("dead.ndjson");
    assert_eq!(decode(&input, &kept).0, Some(3));
    assert_eq!(fs::read_to_string(kept).expect("readable"), "{\"body\":\"panic\"}\n");
}

#[test]
fn any_other_file_is_taken_and_what_is_in_it_stays() {
    let files = Files::new("other");
    let kept = files.0.write("recording/dead.ndjson", "{\"body\":\"before\"}\n");
    let ran = files.decode(&kept);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert_eq!(fs::read_to_string(kept).expect("readable"), "{\"body\":\"before\"}\n{\"body\":\"panic\"}\n");
}
