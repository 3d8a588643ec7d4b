/// One of a terminal's own 16 colours; what it looks like is the operator's choice.
public enum NamedColour: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The dark eight.
    case black, red, green, yellow, blue, magenta, cyan, white
    /// The bright eight.
    case brightBlack, brightRed, brightGreen, brightYellow, brightBlue, brightMagenta, brightCyan
    /// The last bright one.
    case brightWhite

    /// Whether it is one of the bright eight.
    public var isBright: Bool { rawValue >= 8 }

    /// Its name in theme files: `bright-red`.
    public var name: String {
        let base = NamedColour.baseNames[Int(rawValue & 7)]
        return isBright ? "bright-" + base : base
    }

    /// The colour of a name, or nil.
    public init?(name: String) {
        guard let colour = NamedColour.allCases.first(where: { $0.name == name }) else { return nil }
        self = colour
    }

    /// The dark one of the same hue.
    public var dark: NamedColour { NamedColour(rawValue: rawValue & 7) ?? .black }

    /// What xterm shows for it when nobody changed the palette.
    public var nominal: RGB { Palette256.colours[Int(rawValue)] }

    private static let baseNames = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    ]
}

/// A colour as red, green and blue, each from 0 to 255 (sRGB).
public struct RGB: Hashable, Sendable, BitwiseCopyable {
    /// Red.
    public let red: UInt8
    /// Green.
    public let green: UInt8
    /// Blue.
    public let blue: UInt8

    /// A colour.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A colour written `#rrggbb`, or nil.
    public init?(hex: String) {
        guard hex.utf8.count == 7, hex.utf8.first == UInt8(ascii: "#"),
            hex.utf8.dropFirst().allSatisfy({ RGB.isHexDigit($0) }),
            let value = UInt32(hex.dropFirst(), radix: 16)
        else { return nil }
        self.init(UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    /// As one number, `0xRRGGBB`.
    public var value: Int { Int(red) << 16 | Int(green) << 8 | Int(blue) }
}

extension RGB: CustomStringConvertible {
    /// Written `#rrggbb`.
    public var description: String {
        let digits = String(value, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }
}

/// The 256 colours of a terminal as xterm defines them.
public enum Palette256 {
    /// The colours by index; the first 16 are nominal, the operator may have changed them.
    public static let colours: [RGB] = {
        var table: [RGB] = [
            RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0),
            RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205), RGB(229, 229, 229),
            RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0),
            RGB(92, 92, 255), RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
        ]
        let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
        for red in steps {
            for green in steps {
                for blue in steps { table.append(RGB(red, green, blue)) }
            }
        }
        for step in 0..<24 {
            let grey = UInt8(8 + step * 10)
            table.append(RGB(grey, grey, grey))
        }
        return table
    }()

    /// The index from 16 on whose colour is nearest; the first 16 are never chosen, since nobody
    /// knows what they look like.
    public static func nearest(to colour: RGB) -> UInt8 {
        nearest(to: colour, from: 16..<256)
    }

    /// The one of the 16 named colours that is nominally nearest.
    public static func nearestName(to colour: RGB) -> NamedColour {
        NamedColour(rawValue: nearest(to: colour, from: 0..<16)) ?? .white
    }

    private static func nearest(to colour: RGB, from range: Range<Int>) -> UInt8 {
        func distance(_ index: Int) -> Int {
            let other = colours[index]
            let red = Int(colour.red) - Int(other.red)
            let green = Int(colour.green) - Int(other.green)
            let blue = Int(colour.blue) - Int(other.blue)
            return 3 * red * red + 4 * green * green + 2 * blue * blue
        }
        return UInt8(range.min { distance($0) < distance($1) } ?? range.lowerBound)
    }
}

/// A colour as a theme names it.
public enum Colour: Hashable, Sendable {
    /// Whatever the terminal uses for plain text or background.
    case terminal
    /// One of the terminal's own 16.
    case named(NamedColour)
    /// An exact colour, its index among the 256, and what stands for it where only 16 are there.
    case exact(RGB, index: UInt8, name: NamedColour?)

    /// Whether it can be shown with 16 colours as the theme wants it.
    public var hasName: Bool {
        if case .exact(_, _, nil) = self { return false }
        return true
    }
}
