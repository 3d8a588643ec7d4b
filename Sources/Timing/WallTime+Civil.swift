extension WallTime {
    /// The instant that a clock with this offset from UTC shows as this date and time of day; nil for one
    /// that no calendar has, and beyond the years that fit.
    public init?(
        year: Int,
        month: Int,
        day: Int,
        hour: Int,
        minute: Int,
        second: Int = 0,
        utcOffset: Interval = .zero,
    ) {
        guard (1_700...2_200).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        // Civil date to days over eras of 400 years beginning on 1 March.
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let shown = WallTime(secondsSince1970: days * 86_400 + hour * 3_600 + minute * 60 + second)
        let civil = CivilTime(shown)
        // 31 February is none.
        guard civil.month == month, civil.day == day else { return nil }
        self = shown + (Interval.zero - utcOffset)
    }
}
