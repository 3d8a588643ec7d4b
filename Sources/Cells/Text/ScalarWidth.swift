/// How a stranger's scalar may be shown: the project's own width table.
///
/// A whitelist, because libraries and terminals disagree about the rest: letters, digits and
/// punctuation of the scripts that every terminal draws one way. Everything else (emoji, symbols,
/// right-to-left and shaping scripts, spaces other than U+0020, unassigned) is escaped.
public enum ScalarWidth: Hashable, Sendable, BitwiseCopyable {
    /// Never drawn as it is.
    case escaped
    /// A combining mark: no column of its own, only after a base.
    case combining
    /// One column.
    case narrow
    /// Two columns.
    case wide

    /// The width class of a scalar.
    public static func of(_ scalar: Unicode.Scalar) -> ScalarWidth {
        let value = scalar.value
        if value < 0x7F { return value >= 0x20 ? .narrow : .escaped }
        if value < 0xA1 { return .escaped }
        if contains(value, in: combiningRanges) { return .combining }
        let wide = contains(value, in: wideRanges)
        guard wide || contains(value, in: narrowRanges) else { return .escaped }
        guard scalar.properties.generalCategory != .unassigned else { return .escaped }
        return wide ? .wide : .narrow
    }

    /// How many columns it takes when drawn.
    public var columns: Int {
        switch self {
        case .escaped, .combining: 0
        case .narrow: 1
        case .wide: 2
        }
    }

    private static func contains(_ value: UInt32, in ranges: [ClosedRange<UInt32>]) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }

    /// Latin, Greek, Cyrillic, Armenian, Thai, Georgian letters and digits; a little of Latin-1's
    /// punctuation that East Asian Width does not call ambiguous; halfwidth katakana.
    static let narrowRanges: [ClosedRange<UInt32>] = [
        0xA2...0xA3, 0xA5...0xA6, 0xA9...0xA9, 0xAB...0xAC, 0xB5...0xB5, 0xBB...0xBB,
        0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2AF,
        0x370...0x373, 0x376...0x377, 0x37B...0x37D, 0x37F...0x37F, 0x386...0x386, 0x388...0x3FF,
        0x400...0x481, 0x48A...0x52F, 0x531...0x556, 0x561...0x587,
        0xE01...0xE30, 0xE32...0xE33, 0xE40...0xE46, 0xE50...0xE59,
        0x10D0...0x10FA, 0x1E00...0x1FBC, 0x1FC2...0x1FCC, 0x1FD0...0x1FDB, 0x1FE0...0x1FEC,
        0x1FF2...0x1FFC, 0x2C60...0x2C7B, 0xA722...0xA787, 0xFF66...0xFF9D,
    ]

    /// Han, kana, bopomofo, hangul, their punctuation, fullwidth forms.
    static let wideRanges: [ClosedRange<UInt32>] = [
        0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3001...0x3003, 0x3005...0x3011,
        0x3014...0x301B, 0x3041...0x3096, 0x309D...0x309F, 0x30A0...0x30FF, 0x3105...0x312F,
        0x3131...0x3163, 0x3165...0x318E, 0x31A0...0x31BF, 0x31F0...0x31FF, 0x3400...0x4DBF,
        0x4E00...0x9FFF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFA6D, 0xFA70...0xFAD9,
        0xFF01...0xFF60, 0xFFE0...0xFFE1, 0xFFE5...0xFFE6, 0x20000...0x2A6DD, 0x2A700...0x2B738,
        0x2B740...0x2CEA1, 0x2CEB0...0x2EBE0,
        0x30000...0x3134A,
    ]

    /// Marks that sit on the letters above; the grapheme joiner and other invisible ones are left out.
    static let combiningRanges: [ClosedRange<UInt32>] = [
        0x300...0x34E, 0x350...0x36F, 0x483...0x487, 0xE31...0xE31, 0xE34...0xE3A, 0xE47...0xE4E,
        0x1DC0...0x1DFF, 0x3099...0x309A,
    ]
}
