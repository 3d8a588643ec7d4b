/// A way of seeing colours that many people have.
public enum ColourVision: String, CaseIterable, Hashable, Sendable {
    /// No green-sensitive cones.
    case deuteranopia
    /// No red-sensitive cones.
    case protanopia
    /// No blue-sensitive cones.
    case tritanopia

    /// What a colour looks like (Machado, Oliveira and Fernandes 2009, severity 1).
    public func seen(_ colour: RGB) -> LinearRGB {
        let light = LinearRGB(colour)
        let m = matrix
        return LinearRGB(
            red: m[0] * light.red + m[1] * light.green + m[2] * light.blue,
            green: m[3] * light.red + m[4] * light.green + m[5] * light.blue,
            blue: m[6] * light.red + m[7] * light.green + m[8] * light.blue,
        )
    }

    private var matrix: [Double] {
        switch self {
        case .deuteranopia:
            [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881]
        case .protanopia:
            [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998]
        case .tritanopia:
            [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900]
        }
    }
}

/// A colour as amounts of light, each nominally from 0 to 1.
public struct LinearRGB: Hashable, Sendable {
    /// Red light.
    public let red: Double
    /// Green light.
    public let green: Double
    /// Blue light.
    public let blue: Double

    /// A colour from amounts of light; clamped to what a screen shows.
    public init(red: Double, green: Double, blue: Double) {
        self.red = min(1, max(0, red))
        self.green = min(1, max(0, green))
        self.blue = min(1, max(0, blue))
    }

    /// A colour as a screen shows it.
    public init(_ colour: RGB) {
        self.init(
            red: LinearRGB.light[Int(colour.red)],
            green: LinearRGB.light[Int(colour.green)],
            blue: LinearRGB.light[Int(colour.blue)],
        )
    }

    /// Relative luminance (WCAG 2.1).
    public var luminance: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }

    /// The contrast ratio of two colours, from 1 to 21 (WCAG 2.1).
    public func contrast(with other: LinearRGB) -> Double {
        let high = max(luminance, other.luminance)
        let low = min(luminance, other.luminance)
        return (high + 0.05) / (low + 0.05)
    }

    /// How different two colours look: the distance in Oklab, 100 from black to white.
    public func difference(from other: LinearRGB) -> Double {
        let a = oklab
        let b = other.oklab
        let lightness = a.0 - b.0
        let greenRed = a.1 - b.1
        let blueYellow = a.2 - b.2
        let sum = lightness * lightness + greenRed * greenRed + blueYellow * blueYellow
        return 100 * sum.squareRoot()
    }

    private var oklab: (Double, Double, Double) {
        let l = cubeRoot(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
        let m = cubeRoot(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
        let s = cubeRoot(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
        return (
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        )
    }

    /// By Newton's method: this target has no mathematical library.
    private func cubeRoot(_ value: Double) -> Double {
        guard value > 1e-9 else { return 0 }
        var root = max(0.1, value)
        for _ in 0..<20 { root = (2 * root + value / (root * root)) / 3 }
        return root
    }

    /// The light of each of a screen's 256 steps (sRGB), by the same means: x^2.4 = x² · (x²)^(1/5).
    private static let light: [Double] = (0...255).map { step in
        let share = Double(step) / 255
        if share <= 0.04045 { return share / 12.92 }
        let base = (share + 0.055) / 1.055
        let square = base * base
        var root = 0.5
        for _ in 0..<60 { root = (4 * root + square / (root * root * root * root)) / 5 }
        return square * root
    }
}
