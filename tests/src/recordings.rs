//! Recordings: any bytes are read or refused with a reason, and what was read can be written and read again.

use host_sim_workbench::recording::{Format, Lines, read_exchanges, write_message};

/// Checks these bytes as either kind of recording.
pub fn check(bytes: &[u8]) {
    messages(bytes);
    exchanges(&String::from_utf8_lossy(bytes));
}

fn messages(bytes: &[u8]) {
    let mut lines = Lines::new(bytes, Format::Recorded);
    let mut last = None;
    loop {
        match lines.next_message() {
            Ok(None) => {
                assert_eq!(lines.bytes(), bytes.len() as u64, "read to the end");
                break;
            }
            Ok(Some(one)) => {
                assert!(last < Some(one.line), "lines go up");
                last = Some(one.line);
                let mut written = Vec::new();
                write_message(&mut written, &one.message).expect("memory can be written");
                let again = Lines::new(written.as_slice(), Format::Recorded).next_message().expect("what is written can be read");
                assert_eq!(again.map(|again| again.message), Some(one.message));
            }
            Err(error) => {
                assert!(error.to_string().starts_with("line "), "{error}");
                break;
            }
        }
    }
    let mut raw = Lines::new(bytes, Format::Raw);
    let mut count = 0;
    while let Ok(Some(one)) = raw.next_message() {
        assert_eq!(one.line, count);
        count += 1;
    }
    assert_eq!(raw.bytes(), bytes.len() as u64, "raw lines cannot be wrong");
}

fn exchanges(text: &str) {
    match read_exchanges(text) {
        Ok(exchanges) => {
            for exchange in &exchanges {
                assert_eq!(exchange.target.distance(&exchange.target), 0);
                assert!(!exchange.target.to_string().is_empty());
            }
        }
        Err(why) => assert!(!why.is_empty()),
    }
}
