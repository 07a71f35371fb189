//! A moment as people and machines write it.

const DAY: u64 = 24 * 60 * 60;

/// The moment so many seconds after the beginning of 1970, in UTC: `2026-11-27T06:21:54Z`.
///
/// Source: RFC 3339; the days are counted as in the proleptic Gregorian calendar, in which every 400 years are alike.
pub fn utc(seconds: u64) -> String {
    let (mut day, second) = (seconds / DAY, seconds % DAY);
    let mut year = 1970 + day / 146_097 * 400;
    day %= 146_097;
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = |year: u64| if is_leap(year) { 366 } else { 365 };
    while day >= days(year) {
        day -= days(year);
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}Z", day + 1, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (16_725_225_600, "2500-01-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds), expected, "{seconds}");
        }
        assert!(utc(u64::MAX).ends_with('Z'));
    }
}
