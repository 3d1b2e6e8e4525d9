//! What a name of an AWS resource (ARN) says.

/// The account that the resource is in; some have none.
pub(crate) fn account_of(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    parts.next().filter(|scheme| scheme.eq_ignore_ascii_case("arn"))?;
    parts.nth(3).filter(|account| !account.trim().is_empty())
}

/// A part by its place, the scheme being the first; nothing if it is blank.
pub(crate) fn part(arn: &str, place: usize) -> Option<&str> {
    let mut parts = arn.split(':');
    let scheme = parts.clone().next()?;
    scheme.eq_ignore_ascii_case("arn").then_some(())?;
    parts.nth(place).filter(|part| !part.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_the_fifth_part() {
        let check = |arn, account| assert_eq!(account_of(arn), account, "{arn}");
        check("arn:aws:ec2:eu-north-1:444455556666:securitygroup/sg-0", Some("444455556666"));
        check("arn:aws-cn:iam::444455556666:user/a:b", Some("444455556666"));
        check("arn:aws:s3:::bucket", None);
        check("arn:aws:s3", None);
        check("//bigquery.googleapis.com/projects/123123123123/datasets/ledger", None);
        check("urn:a:b:c:d:e", None);
        check("NoArn", None);
        check("", None);
    }
}
