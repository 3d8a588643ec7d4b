internal import BindingTable
public import ConsoleLink
internal import SIPMessage

/// What a call to an address of record would come to now, in lines for people.
public struct RouteReport {
    /// The lines; a stranger's bytes in them are made safe.
    public private(set) var lines: [String] = []

    /// Tells an answer.
    public init(_ answer: RouteAnswer) {
        let aor = BindingColumns.text(answer.aor)
        switch answer.outcome {
        case .refused:
            lines.append("\(aor)  \(Self.refusal(answer, aor))")
        case .redirected:
            lines.append("\(aor)  302: the caller is sent to")
            for (index, contact) in answer.contacts.enumerated() {
                lines.append("\(index + 1)  \(Self.contact(contact))")
            }
        case .forwarded:
            if answer.isOff {
                lines.append("\(aor)  405: calls are off for its domain; as a proxy it would be so:")
            }
            lines.append("\(aor)  \(CallPlan(answer).summary)")
            for (index, group) in answer.groups.enumerated() { tell(group, number: index + 1) }
        }
    }

    /// The id of the binding that a target is, as lists write it; nil: it leads elsewhere.
    public static func binding(_ target: RouteTarget) -> String? {
        target.binding.map { ReportText.hex($0.rawValue) }
    }

    /// `480: nobody is registered for it`
    public static func refusal(_ answer: RouteAnswer, _ aor: String) -> String {
        guard let reason = answer.reason else {
            return answer.status == 0 ? "nothing is answered" : "\(answer.status): refused"
        }
        let domain = aor.split(separator: "@").last.map(String.init) ?? ""
        let words = RefusalWords(reason, user: "", aor: aor, domain: domain)
        return "\(answer.status): \(words.why)"
    }

    /// A value of Contact that a caller is sent to.
    static func contact(_ value: [UInt8]) -> String { BindingColumns.text(Redaction.withoutPasswords(value)) }

    private mutating func tell(_ group: [RouteTarget], number: Int) {
        for target in group {
            let mark = target.isFallback ? "else" : "\(number)"
            lines.append("\(mark)  \(CallWords.way(target))")
            for value in target.route { lines.append("   Route: \(BindingColumns.text(value))") }
            for trouble in target.troubles {
                lines.append(
                    "   \(trouble.isFatal ? "FAILS" : "!") \(CallWords.sentence(trouble, of: target))"
                )
            }
        }
    }
}
