internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

/// What can be saved from a screen, and what of it has been chosen.
struct SavePlan: Sendable {
    /// One line of the choice.
    struct Choice: Sendable {
        /// `all 412`
        var label: String
        /// The word in the name of the file.
        var name: String
        var content: SaveOrder.Content
        var formats: [SaveOrder.Format]

        /// Messages are in it, and with them secrets.
        func hasMessages(as format: SaveOrder.Format) -> Bool {
            switch content {
            case .attempt: format != .csv
            case .attempts: format == .packets || format == .json
            default: false
            }
        }
    }

    /// At least one.
    var choices: [Choice]
    /// The time in suggested names: `20261126T140300`.
    var stamp: String
    /// The moment of the past that is shown.
    var at: WallTime?
    /// The name that was suggested last: it follows the choices until the operator writes another.
    private(set) var suggested = ""

    init(choices: [Choice], stamp: String, at: WallTime?) {
        self.choices = choices
        self.stamp = stamp
        self.at = at
    }

    static let what = 0, how = 1, secrets = 2
    /// By the choice's position.
    static let secretWords = ["hidden", "as they came"]

    /// What a form has chosen.
    func choice(in form: Form) -> Choice {
        choices.indices.contains(form.chosen(Self.what)) ? choices[form.chosen(Self.what)] : choices[0]
    }

    /// How a form wants it written.
    func format(in form: Form) -> SaveOrder.Format {
        let formats = choice(in: form).formats
        return formats.indices.contains(form.chosen(Self.how)) ? formats[form.chosen(Self.how)] : .text
    }

    /// The name of a file for a choice.
    func name(_ choice: Choice, _ format: SaveOrder.Format) -> String {
        "regtop-\(choice.name)-\(stamp).\(format.rawValue)"
    }

    /// The form of this plan, with the first choice chosen and Save under the finger.
    func form() -> Form {
        var form = Form(.save(self), buttons: [DialogButton("Cancel"), DialogButton("Save")])
        form.choices = [
            Form.Choice(label: "What", options: choices.map(\.label)),
            Form.Choice(label: "As", options: choices[0].formats.map(Self.word)),
        ]
        form.name = LineEditor("", limit: 1_000)
        form.focus = .button(1)
        var plan = self
        plan.settle(&form)
        return form
    }

    /// Makes the rest of the form follow what was chosen: the formats that there are, the name, the secrets.
    mutating func settle(_ form: inout Form) {
        let choice = choice(in: form)
        let words = choice.formats.map(Self.word)
        if form.choices[Self.how].options != words {
            let before = form.choices[Self.how].options
            let kept = before.indices.contains(form.chosen(Self.how)) ? before[form.chosen(Self.how)] : ""
            form.choices[Self.how].options = words
            form.choices[Self.how].selected = words.firstIndex(of: kept) ?? 0
        }
        let format = format(in: form)
        if choice.hasMessages(as: format) {
            if form.choices.count == 2 {
                form.choices.append(Form.Choice(label: "Secrets", options: Self.secretWords))
            }
        } else if form.choices.count > 2 {
            form.choices.removeLast()
        }
        if form.name?.text == suggested {
            suggested = name(choice, format)
            form.name?.replace(with: suggested)
        }
        form.complaint = ""
        form.purpose = .save(self)
    }

    /// `pcap`: what an operator calls it; the file is pcapng, which says more.
    static func word(_ format: SaveOrder.Format) -> String {
        switch format {
        case .text: "text"
        case .csv: "CSV"
        case .json: "JSON"
        case .packets: "pcap"
        }
    }

    /// The format that the ending of a file's name means; text where it means none.
    static func format(ofFile file: String) -> SaveOrder.Format {
        let name = file.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return .text }
        switch name[name.index(after: dot)...].lowercased() {
        case "csv": return .csv
        case "json", "jsonl", "ndjson": return .json
        case "pcap", "pcapng", "cap": return .packets
        default: return .text
        }
    }

    /// What a stranger calls himself, as a part of a file's name.
    static func fileWord(_ text: String) -> String {
        let plain = text.unicodeScalars.map { scalar -> Character in
            let isPlain =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || "@.-_+".unicodeScalars.contains(scalar)
            return isPlain ? Character(scalar) : "_"
        }
        return String(plain.prefix(40))
    }
}

/// What is being saved now.
struct SaveState: Sendable {
    /// Orders so far.
    private(set) var orders = 0
    /// The order whose last word has not come.
    private(set) var running: SaveOrder?

    /// A number for the next order.
    mutating func nextNumber() -> Int {
        orders += 1
        return orders
    }

    mutating func begin(_ order: SaveOrder) { running = order }

    /// The order of this number has ended; gives it.
    mutating func end(_ number: Int) -> SaveOrder? {
        guard let order = running, order.number == number else { return nil }
        running = nil
        return order
    }
}
