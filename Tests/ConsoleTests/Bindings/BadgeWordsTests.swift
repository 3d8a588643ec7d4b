import BindingTable
import Cells
import Monitor
import Testing

@testable import Console

/// What the badges mean, in sentences.
@Suite struct BadgeWordsTests {
    @Test func everyBadgeHasExactlyOneSentence() {
        for (badge, name) in Badges.names {
            let rows = BadgeWords.table.filter { $0.badge == badge }
            #expect(rows.count == 1, "\(name)")
            let sentence = rows.first?.sentence(Samples.secure.binding) ?? ""
            #expect(
                sentence.hasSuffix(".") && sentence.count > 30 && sentence.count < 220,
                "\(name): \(sentence)"
            )
        }
        #expect(BadgeWords.table.count == Badges.names.count)
        #expect(
            BadgeWords.table.map { $0.isWarning ? 0 : 1 }.reduce((true, 0)) { ($0.0 && $0.1 <= $1, $1) }.0
        )
    }

    @Test func warningsComeFirstAndSayWhyItMatters() {
        let text = BadgeWords.sentences(Samples.troubled.binding).map(\.text.string)
        #expect(text[0].hasPrefix("Behind NAT and back only every 30 m: the NAT forgets after about 180 s"))
        #expect(text[1].hasPrefix("Calls go to the contact's user bob, which is not the account's 3002"))
        #expect(text.count == 7)
    }

    @Test func aSentenceNeedsNoTexts() {
        var binding = Samples.troubled.binding
        binding.texts = BindingTexts(aor: [], contact: [], callID: [])
        for row in BadgeWords.table { #expect(!row.sentence(binding).isEmpty) }
    }
}
