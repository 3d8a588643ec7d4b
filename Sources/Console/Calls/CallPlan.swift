internal import BindingTable
internal import Cells
internal import ConsoleLink

/// What a call to an address of record would do now, as the registrar has answered: who is asked, in which order, by
/// which way, and what would go wrong.
struct CallPlan {
    /// A phone that is asked, with the flows that stand in for its own.
    private struct Phone {
        var target: RouteTarget
        var others: [RouteTarget] = []

        /// No way to it leads anywhere.
        var isLost: Bool { target.isLost && others.allSatisfy(\.isLost) }
    }

    private let answer: RouteAnswer
    /// The groups, the first one to be asked first.
    private let groups: [[Phone]]

    init(_ answer: RouteAnswer) {
        self.answer = answer
        groups = answer.groups.map { group in
            var phones: [Phone] = []
            for target in group {
                if target.isFallback, !phones.isEmpty {
                    phones[phones.count - 1].others.append(target)
                } else {
                    phones.append(Phone(target: target))
                }
            }
            return phones
        }
    }

    /// Lines after which the rest is counted.
    private static let most = 3

    private var phones: [Phone] { groups.flatMap(\.self) }

    /// The word at the beginning: how the call as a whole would do. It does well where those who are asked first do,
    /// whoever comes later or can't be reached.
    private var verdict: [TextRun] {
        let first = groups.first?.filter { !$0.isLost } ?? []
        let (word, role): (String, Role) =
            if phones.allSatisfy(\.isLost) {
                ("FAILS", .stateFail)
            } else if !first.isEmpty, first.allSatisfy(\.target.troubles.isEmpty) {
                ("ok", .stateOK)
            } else {
                ("DOUBTFUL", .stateWarn)
            }
        // Who turns calls on later wants to know what they would meet.
        let off = answer.isOff ? [TextRun("off (405), else ", role: .textDim)] : []
        return off + [TextRun("\(word)  ", role: role)]
    }

    /// `3 phones asked, in 2 rounds of 20 s by q, rings 185 s at most; 1 of 3 can't be reached`
    var summary: String {
        let lost = phones.count(where: \.isLost)
        let each = answer.ringing > 0 ? " of \(answer.ringing) s" : ""
        let rounds =
            groups.count > 1
            ? ", in \(groups.count) rounds\(each) by q" : phones.count > 1 ? ", all at once" : ""
        let rings = answer.timerC > 0 ? ", rings \(answer.timerC) s at most" : ""
        let dead =
            lost == 0
            ? "" : lost < phones.count ? "; \(lost) of \(phones.count) can't be reached" : Self.fails
        return "\(TimeText.count(phones.count, "phone")) asked\(rounds)\(rings)\(dead)"
    }

    private static let fails = "; none can be reached: the call FAILS"

    /// How the call goes on from here: in order each target with its way and its troubles; `own` is the binding whose
    /// page it stands on.
    func lines(own: BindingID?) -> [(name: String, value: [TextRun])] {
        switch answer.outcome {
        case .refused:
            let words = RouteReport.refusal(answer, BindingColumns.text(answer.aor))
            return [("call now", [TextRun("FAILS  ", role: .stateFail), TextRun(words, role: .text)])]
        case .redirected:
            let count = TimeText.count(answer.contacts.count, "contact")
            return [
                ("call now", [TextRun("302  ", role: .stateOK), TextRun("sent to \(count)", role: .text)])
            ]
                + answer.contacts.map { ("", [TextRun(RouteReport.contact($0), role: .text)]) }
        case .forwarded: return forwarded(own: own)
        }
    }

    private func forwarded(own: BindingID?) -> [(name: String, value: [TextRun])] {
        let phones = phones
        if phones.count == 1, phones[0].others.isEmpty {
            let only = phones[0].target
            return [("call now", verdict + [TextRun(CallWords.way(only), role: .text)])]
                + CallWords.troubles(only)
        }
        var lines = [(name: "call now", value: verdict + [TextRun(summary, role: .text)])]
        var left = 0
        for (place, group) in groups.enumerated() {
            for (index, phone) in group.enumerated() {
                let isOwn = ([phone.target] + phone.others).contains { $0.binding == own && own != nil }
                // Many are only counted: the one whose page it is and the first few say how it goes.
                guard isOwn || lines.count < Self.most else {
                    left += 1
                    continue
                }
                lines.append((index == 0 ? "\(place + 1)." : "", Self.runs("", phone.target, own)))
                lines += CallWords.troubles(phone.target)
                for other in phone.others {
                    lines.append(("", Self.runs("or, if that fails: ", other, own)))
                    lines += CallWords.troubles(other)
                }
            }
        }
        if left > 0 { lines.append(("", [TextRun("  and \(TimeText.count(left)) more", role: .textDim)])) }
        return lines
    }

    private static func runs(_ lead: String, _ target: RouteTarget, _ own: BindingID?) -> [TextRun] {
        let role: Role = target.isLost ? .stateFail : target.troubles.isEmpty ? .text : .stateWarn
        return [
            TextRun(own != nil && target.binding == own ? "> " : "  ", role: .textStrong),
            TextRun(lead, role: .textDim), TextRun(CallWords.way(target), role: role),
        ]
    }
}
