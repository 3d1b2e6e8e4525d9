//! Writes the seeds of every property into the folder that is named, each into a folder of its own.

use std::path::Path;
use std::{env, fs, io};

use properties::seeds;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: seeds FOLDER"))?;
    let targets = [
        ("event", seeds::event()),
        ("assessment", seeds::assessment()),
        ("settings", seeds::settings()),
        ("walk", seeds::walk()),
        ("cursor", seeds::cursor()),
        ("recordings", seeds::recordings()),
    ];
    for (target, seeds) in targets {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed)?;
        }
    }
    Ok(())
}
