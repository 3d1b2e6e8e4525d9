//! How many documents a record may give: an assessment that names thousands of CVEs must not fill an index, nor a host's memory.

/// So many, and no more.
const MOST: usize = 1000;

/// So many bytes, texts of records not counted.
const BYTES: usize = 4 << 20;

/// Which elements have a document: all that fit, by descending score, of equals the earlier first. In the order of the list.
/// `length` is that of an element's document; `reserve` of what the first and last have besides.
pub(super) fn stay(scores: &[Option<f64>], reserve: usize, mut length: impl FnMut(usize) -> usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&left, &right| rank(scores[right]).total_cmp(&rank(scores[left])));
    let mut bytes = reserve;
    let mut stay = Vec::new();
    for at in order.into_iter().take(MOST) {
        bytes += length(at);
        if bytes > BYTES && !stay.is_empty() {
            break;
        }
        stay.push(at);
    }
    stay.sort_unstable();
    stay
}

/// No score is below any.
fn rank(score: Option<f64>) -> f64 {
    score.unwrap_or(-1.0)
}

/// Whether so many documents of at most this length may all stay.
pub(super) fn all_stay(count: usize, most_bytes: usize) -> bool {
    count <= MOST && most_bytes <= BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_scores_stay_in_the_order_of_the_list() {
        let scores = [Some(1.0), None, Some(9.0), Some(5.0), Some(5.0), Some(0.0)];
        assert_eq!(stay(&scores, 0, |_| BYTES / 3), [2, 3, 4]);
        assert_eq!(stay(&scores, 10, |_| BYTES / 3), [2, 3]);
        assert_eq!(stay(&scores, 0, |_| BYTES / 5), [0, 2, 3, 4, 5]);
        assert_eq!(stay(&scores, 0, |_| 2 * BYTES), [2]);
        assert_eq!(stay(&[None; 1200], 0, |_| 1), (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_behind_the_first_that_does_not_fit_goes_as_well() {
        let lengths = [BYTES - 10, 100, 1];
        assert_eq!(stay(&[None; 3], 0, |at| lengths[at]), [0]);
    }
}
