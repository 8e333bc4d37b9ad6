//! Times in the formats of AWS files and services.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Reads the formats found in shared files: `Z`, an offset, fractions, and the old suffix `UTC`.
///
/// A time without a zone is refused, since botocore refuses it too.
#[must_use]
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    match text.strip_suffix("UTC") {
        Some(local) => format!("{}Z", local.trim_end()).parse().ok(),
        None => text.parse().ok(),
    }
}

/// Writes `YYYY-MM-DDTHH:MM:SSZ`, the only format that every SDK reads.
#[must_use]
pub(crate) fn format(instant: Timestamp) -> String {
    // jiff leaves the fraction out when it is zero.
    Timestamp::from_second(instant.as_second()).unwrap_or(instant).to_string()
}

/// Seconds from now until `instant`; negative once it has passed.
#[must_use]
pub(crate) fn seconds_until(instant: Timestamp) -> i64 {
    instant.as_second() - Timestamp::now().as_second()
}

/// Reads a length of time in hours, minutes and seconds, such as `1h30m`; `None` if it is out of range.
///
/// Errors: it is none.
pub(crate) fn duration(text: &str, range: RangeInclusive<u64>) -> Result<Option<u32>, String> {
    let unclear = || "write it like 12h, 90m or 3600s".to_owned();
    let text = text.to_ascii_lowercase();
    let mut seconds = 0_u64;
    for part in text.split_inclusive(|letter: char| !letter.is_ascii_digit()) {
        let (number, unit) = match part.char_indices().next_back() {
            Some((_, digit)) if digit.is_ascii_digit() => (part, 1),
            Some((end, 'h')) => (&part[..end], 3600),
            Some((end, 'm')) => (&part[..end], 60),
            Some((end, 's')) => (&part[..end], 1),
            _ => return Err(unclear()),
        };
        let number: u32 = number.parse().map_err(|_| unclear())?;
        seconds += u64::from(number) * unit;
    }
    Ok(u32::try_from(seconds).ok().filter(|_| range.contains(&seconds)))
}

/// A length of time in one unit, the largest of which there are at least two.
#[must_use]
pub(crate) fn span(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let seconds = seconds.max(0);
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| seconds >= 2 * unit).unwrap_or((1, "second"));
    match seconds / unit {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

/// A length of time in whole minutes: `59 min`, `8 h`, `11 h 59 min`, `7 days`.
#[must_use]
pub(crate) fn minutes(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "less than 1 min".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours @ 48.., _) => format!("{} days", hours / 24),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// A length of time to the nearest five minutes: `45 min`, `8 h`, `8 h 20 min`, `7 days`.
#[must_use]
pub(crate) fn hours(seconds: i64) -> String {
    let minutes = (seconds.max(0) + 150) / 300 * 5;
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (hours, rest) {
        (0, _) => format!("{minutes} min"),
        (48.., _) => format!("{} days", (hours + 12) / 24),
        (_, 0) => format!("{hours} h"),
        _ => format!("{hours} h {rest} min"),
    }
}

/// The time of the day where the user is, behind the date if that is not today's: what people read. Where no zone is
/// known it is UTC, and `Z` says so.
#[must_use]
pub(crate) fn local_time(instant: Timestamp) -> String {
    in_zone(instant, Timestamp::now(), TimeZone::try_system().ok())
}

fn in_zone(instant: Timestamp, now: Timestamp, zone: Option<TimeZone>) -> String {
    let suffix = if zone.is_some() { "" } else { "Z" };
    let zone = zone.unwrap_or(TimeZone::UTC);
    let local = instant.to_zoned(zone.clone());
    let is_today = local.date() == now.to_zoned(zone).date();
    local.strftime(if is_today { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string() + suffix
}

/// When something ends or has ended: `until 18:03 (in 59 minutes)`, `expired at 17:02 (2 minutes ago)`.
#[must_use]
pub(crate) fn until(instant: Timestamp) -> String {
    let (time, left) = (local_time(instant), seconds_until(instant));
    if left > 0 {
        format!("until {time} (in {})", span(left))
    } else {
        format!("expired at {time} ({} ago)", span(-left))
    }
}

/// The day where the user is.
#[must_use]
pub(crate) fn local_date(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::try_system().unwrap_or(TimeZone::UTC)).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_format_that_aws_tools_write() {
        let cases = [
            ("2026-11-22T23:02:02Z", Some(1_795_388_522)),
            ("2026-11-22T23:02:02UTC", Some(1_795_388_522)),
            ("2026-11-22T23:02:02.345Z", Some(1_795_388_522)),
            ("2026-11-22T23:02:02+00:00", Some(1_795_388_522)),
            ("2026-11-23T01:02:02+02:00", Some(1_795_388_522)),
            ("2026-11-22T23:02:02", None),
            ("tomorrow", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse(text).map(Timestamp::as_second), seconds, "{text}");
        }
    }

    #[test]
    fn writes_whole_seconds_with_z() {
        let instant = parse("2026-11-22T23:02:02.999Z").unwrap();
        assert_eq!(format(instant), "2026-11-22T23:02:02Z");
    }

    #[test]
    fn people_read_the_time_where_they_are_with_the_date_of_another_day() {
        let now: Timestamp = "2026-11-27T18:00:00Z".parse().unwrap();
        let zone = |text: &str| Some(TimeZone::posix(text).unwrap());
        let cases = [
            ("2026-11-27T18:03:00Z", zone("IST-5:30"), "23:33"),
            ("2026-11-27T18:33:00Z", zone("IST-5:30"), "2026-11-28 00:03"),
            ("2026-11-27T18:03:00Z", zone("EST5"), "13:03"),
            ("2026-11-27T18:03:00Z", None, "18:03Z"),
            ("2026-11-26T18:03:59.9Z", None, "2026-11-26 18:03Z"),
        ];
        for (instant, zone, expected) in cases {
            assert_eq!(in_zone(instant.parse().unwrap(), now, zone), expected, "{instant}");
        }
    }

    #[test]
    fn a_span_is_shown_in_one_unit() {
        let cases = [
            (-5, "0 seconds"),
            (1, "1 second"),
            (90, "90 seconds"),
            (130, "2 minutes"),
            (5_400, "90 minutes"),
            (10_000, "2 hours"),
            (200_000, "2 days"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(span(seconds), expected, "{seconds}");
        }
    }
}
