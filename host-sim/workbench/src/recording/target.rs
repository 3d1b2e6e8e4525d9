//! What tells one recorded request from another.

use std::fmt;

/// Method, path and query of a request. The origin does not count, and the order of the query's pairs neither; text is compared as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    method: String,
    path: String,
    query: Vec<String>,
}

impl Target {
    /// Takes a URL apart; its fragment is never sent and does not count.
    pub fn new(method: &str, url: &str) -> Self {
        let sent = url.split_once('#').map_or(url, |(sent, _)| sent);
        let rest = sent.split_once("://").map_or(sent, |(_, rest)| rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or_default());
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut query: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        query.sort_unstable();
        let path = if path.is_empty() { "/" } else { path };
        Self { method: method.to_owned(), path: path.to_owned(), query }
    }

    /// How far another request is from this one; only for comparing.
    pub fn distance(&self, other: &Self) -> usize {
        let method = if self.method == other.method { 0 } else { 1_000 };
        method + 10 * unlike(&self.path, &other.path) + unshared(&self.query, &other.query) + unshared(&other.query, &self.query)
    }
}

/// How many segments of two paths differ, place by place.
fn unlike(left: &str, right: &str) -> usize {
    let (mut left, mut right) = (left.split('/'), right.split('/'));
    let mut count = 0;
    loop {
        match (left.next(), right.next()) {
            (None, None) => return count,
            (left, right) if left == right => (),
            _ => count += 1,
        }
    }
}

/// How many pairs of one query the other one lacks.
fn unshared(left: &[String], right: &[String]) -> usize {
    left.iter().filter(|pair| !right.contains(pair)).count()
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)?;
        for (at, pair) in self.query.iter().enumerate() {
            write!(formatter, "{}{pair}", if at == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn check(left: &str, right: &str, same: bool) {
        assert_eq!(Target::new("GET", left) == Target::new("GET", right), same, "{left} and {right}");
    }

    #[test]
    fn the_query_is_a_set_and_the_origin_does_not_count() {
        check("https://a.example/x?b=2&a=1", "http://b.example:8080/x?a=1&b=2", true);
        check("https://a.example/x?a=1&a=1", "https://a.example/x?a=1", false);
        check("https://a.example/x?a=1&&", "https://a.example/x?a=1#top", true);
        check("https://a.example", "https://a.example/", true);
        check("https://a.example?a=1", "https://a.example/?a=1", true);
    }

    #[test]
    fn path_and_query_are_compared_as_they_stand() {
        check("https://a.example/x", "https://a.example/X", false);
        check("https://a.example/x", "https://a.example/x/", false);
        check("https://a.example/x?a=%2B", "https://a.example/x?a=+", false);
        check("https://a.example/x?a=1", "https://a.example/x?A=1", false);
        assert_ne!(Target::new("GET", "/x"), Target::new("POST", "/x"));
    }

    #[test]
    fn the_path_weighs_more_than_the_query_and_the_method_most() {
        let asked = Target::new("GET", "https://a.example/subscriptions/1/assessments?v=1&page=2");
        let distance = |method: &str, url: &str| asked.distance(&Target::new(method, url));
        let query = distance("GET", "/subscriptions/1/assessments?v=1&page=3");
        let path = distance("GET", "/subscriptions/2/assessments?v=1&page=2");
        let method = distance("POST", "/subscriptions/1/assessments?v=1&page=2");
        assert_eq!(distance("GET", "/subscriptions/1/assessments?page=2&v=1"), 0);
        assert!(query < path && path < method, "{query} {path} {method}");
    }

    #[test]
    fn it_is_written_without_its_origin() {
        assert_eq!(Target::new("GET", "https://a.example/x?b=2&a=1").to_string(), "GET /x?a=1&b=2");
    }
}
