//! Frames with all their fields. The AMQP library leaves out those at the end that are null, as it may; Microsoft's Python client takes it that they are there,
//! as the service sends them.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, copy, duplex, split};

/// Bytes between the two sides.
const BUFFER: usize = 1 << 20;

/// Bytes of a frame, as both sides have agreed.
pub(crate) const LARGEST: usize = 65_536;

/// The fields of the performatives from `open` (0x10) to `close` (0x18).
const FIELDS: [usize; 9] = [10, 8, 14, 11, 11, 6, 3, 1, 1];

/// A stream whose frames leave whole. It ends when the task does that carries it, whose handle comes along.
pub(crate) fn whole<S: AsyncRead + AsyncWrite + Send + 'static>(socket: S) -> (DuplexStream, tokio::task::AbortHandle) {
    let (inner, outer) = duplex(BUFFER);
    let task = tokio::spawn(async move {
        let (mut from_client, mut to_client) = split(socket);
        let (mut from_broker, mut to_broker) = split(outer);
        let up = async {
            let _ = copy(&mut from_client, &mut to_broker).await;
            let _ = to_broker.shutdown().await;
        };
        let down = async {
            while let Some(frame) = next(&mut from_broker).await {
                if to_client.write_all(&frame).await.is_err() || to_client.flush().await.is_err() {
                    break;
                }
            }
            let _ = to_client.shutdown().await;
        };
        tokio::join!(up, down);
    });
    (inner, task.abort_handle())
}

/// The next header or frame, whole.
async fn next(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut head = [0; 8];
    stream.read_exact(&mut head).await.ok()?;
    if head.starts_with(b"AMQP") {
        return Some(head.to_vec());
    }
    let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let mut frame = head.to_vec();
    frame.resize(size.max(head.len()), 0);
    stream.read_exact(&mut frame[head.len()..]).await.ok()?;
    Some(padded(&frame).unwrap_or(frame))
}

/// A frame with all its fields, if it is one of AMQP that lacks some.
fn padded(frame: &[u8]) -> Option<Vec<u8>> {
    let at = usize::from(*frame.get(4)?) * 4;
    let wanted = match (frame.get(5)?, frame.get(at..at + 3)?) {
        (0, [0, 0x53, code @ 0x10..=0x18]) => FIELDS[usize::from(code - 0x10)],
        _ => return None,
    };
    let body = &frame[at + 3..];
    let (count, items, rest) = match body.first()? {
        0x45 => (0, &body[..0], &body[1..]),
        0xc0 => (usize::from(body[2]), &body[3..2 + usize::from(body[1])], &body[2 + usize::from(body[1])..]),
        0xd0 => {
            let number = |at: usize| u32::from_be_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]]) as usize;
            (number(5), &body[9..5 + number(1)], &body[5 + number(1)..])
        }
        _ => return None,
    };
    let missing = wanted.saturating_sub(count);
    let mut whole = frame[..at + 3].to_vec();
    whole.push(0xd0);
    whole.extend(u32::try_from(4 + items.len() + missing).ok()?.to_be_bytes());
    whole.extend(u32::try_from(count + missing).ok()?.to_be_bytes());
    whole.extend(items);
    whole.extend(std::iter::repeat_n(0x40, missing));
    whole.extend(rest);
    // A frame that is full already has no room for them; those are parts of messages that only the host receives.
    if whole.len() > LARGEST {
        return None;
    }
    let size = u32::try_from(whole.len()).ok()?.to_be_bytes();
    whole[..4].copy_from_slice(&size);
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::padded;

    #[test]
    fn what_was_left_out_is_null() {
        // `close` without its one field, `end` as an empty list, `flow` as a short one.
        let frame = |body: &[u8]| [&u32::try_from(8 + body.len()).expect("small").to_be_bytes()[..], &[2, 0, 0, 0], body].concat();
        for (body, fields, rest) in [
            (&[0, 0x53, 0x18, 0x45][..], vec![0x40], &[][..]),
            (&[0, 0x53, 0x17, 0xc0, 1, 0], vec![0x40], &[]),
            (&[0, 0x53, 0x16, 0xc0, 3, 2, 0x43, 0x42], vec![0x43, 0x42, 0x40], &[]),
            (&[0, 0x53, 0x15, 0xd0, 0, 0, 0, 5, 0, 0, 0, 1, 0x41], vec![0x41, 0x40, 0x40, 0x40, 0x40, 0x40], &[]),
            (&[0, 0x53, 0x14, 0xc0, 2, 1, 0x43, 7, 7], [vec![0x43], vec![0x40; 10]].concat(), &[7, 7]),
        ] {
            let count = u8::try_from(fields.len()).expect("a few");
            let list = [&body[..3], &[0xd0, 0, 0, 0, 4 + count, 0, 0, 0, count], &fields, rest].concat();
            assert_eq!(padded(&frame(body)), Some(frame(&list)));
        }
        assert_eq!(padded(b"\0\0\0\x08\x02\x01\0\0"), None, "of SASL");
    }
}
