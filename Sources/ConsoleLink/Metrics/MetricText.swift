/// The two texts in which programs that collect metrics read them.
public enum MetricText: Sendable {
    /// OpenMetrics 1.0.0.
    case openMetrics
    /// What Prometheus read before (text format 0.0.4).
    case prometheus

    /// Its name in Content-Type.
    public var contentType: String {
        switch self {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        }
    }

    /// The text that a request with this Accept gets (RFC 9110 §12.5.1): OpenMetrics, unless plain text is liked
    /// better.
    public init(accept: String) {
        var openMetrics = 0.0, plain = 0.0
        for range in accept.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimmed }
            guard let type = parts.first else { continue }
            let written = parts.dropFirst().first { $0.hasPrefix("q=") }
            let weight = written.flatMap { Double($0.dropFirst(2)) } ?? 1
            if type == "application/openmetrics-text" { openMetrics = max(openMetrics, weight) }
            if type == "text/plain" { plain = max(plain, weight) }
        }
        self = plain > openMetrics ? .prometheus : .openMetrics
    }

    /// All metrics as text; nothing in a label or a help can end its line.
    public func text(_ metrics: [Metric]) -> String {
        var text = ""
        for metric in metrics {
            describe(metric, in: &text)
            let name = sampleName(metric)
            for sample in metric.samples {
                text += name
                let labels = sample.labels.filter { $0.count == 2 }.map { label in
                    "\(label[0])=\"\(Self.escaped(label[1], quotes: true))\""
                }
                if !labels.isEmpty { text += "{\(labels.joined(separator: ","))}" }
                text += " \(Self.number(sample.value))\n"
            }
        }
        if self == .openMetrics { text += "# EOF\n" }
        return text
    }

    /// The lines that go before the samples. OpenMetrics names the family, without the suffix that its kind adds.
    private func describe(_ metric: Metric, in text: inout String) {
        let isInfo = metric.kind == .gauge && metric.name.hasSuffix("_info")
        let help = Self.escaped(metric.help, quotes: self == .openMetrics)
        switch self {
        case .openMetrics:
            let family = isInfo ? String(metric.name.dropLast("_info".count)) : metric.name
            text += "# TYPE \(family) \(isInfo ? "info" : metric.kind.rawValue)\n"
            if let unit = Self.unit(metric.name) { text += "# UNIT \(family) \(unit)\n" }
            text += "# HELP \(family) \(help)\n"
        case .prometheus:
            text += "# HELP \(sampleName(metric)) \(help)\n"
            text += "# TYPE \(sampleName(metric)) \(metric.kind.rawValue)\n"
        }
    }

    private func sampleName(_ metric: Metric) -> String {
        metric.kind == .counter ? "\(metric.name)_total" : metric.name
    }

    /// The unit that a name ends with; nil where plain things are counted.
    static func unit(_ name: String) -> String? {
        ["seconds", "bytes", "ratio"].first { name.hasSuffix("_\($0)") }
    }

    /// Backslash and line feed, and within quotes the quote, as the formats escape them; other control characters
    /// would be legal, and nobody wants them.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value): result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A whole number without a fraction, as people write it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value), abs(value) < 9_007_199_254_740_992 { return "\(whole)" }
        return "\(value)"
    }
}

extension Substring {
    /// Without spaces and tabs around it.
    fileprivate var trimmed: Substring {
        var rest = self
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
