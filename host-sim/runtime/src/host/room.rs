//! Whether it is this process that lacks memory or addresses, and not the component that wants too much.

use std::io;

/// What the system said, if it gave this process no more.
pub(super) fn refusal(error: &wasmtime::Error) -> Option<String> {
    let refusal = error.chain().find(|cause| is_refusal(*cause))?;
    Some(refusal.to_string())
}

fn is_refusal(cause: &(dyn std::error::Error + 'static)) -> bool {
    #[cfg(unix)]
    if cause.downcast_ref() == Some(&rustix::io::Errno::NOMEM) {
        return true;
    }
    let of_the_system = |error: &io::Error| error.kind() == io::ErrorKind::OutOfMemory;
    cause.is::<wasmtime::OutOfMemory>() || cause.downcast_ref().is_some_and(of_the_system)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::refusal;

    #[test]
    fn only_what_the_system_refused_is_a_want_of_room() {
        let error = wasmtime::Error::from(io::Error::from(io::ErrorKind::OutOfMemory)).context("cannot grow");
        assert_eq!(refusal(&error).as_deref(), Some("out of memory"));
        #[cfg(unix)]
        assert!(refusal(&wasmtime::Error::from(rustix::io::Errno::NOMEM).context("mmap")).is_some_and(|said| said.contains("memory")));
        assert_eq!(refusal(&wasmtime::Error::from(io::Error::from(io::ErrorKind::NotFound))), None);
        assert_eq!(refusal(&wasmtime::Error::msg("Memory maximum size exceeded")), None);
    }
}
