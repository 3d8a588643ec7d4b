import SIPMessage
import Testing
import Timing

@testable import SIPDigest

@Suite struct NonceMintTests {
    private let realm = Array("example.test".utf8)
    private let mint = NonceMint(secret: (1, 2), epoch: 9)

    private func nonce(_ mint: NonceMint, _ worker: DigestWorker, at seconds: Int = 0) throws -> [UInt8] {
        var text: [UInt8] = []
        let minted = mint.mint(realm: realm.span, now: .zero + .seconds(seconds), using: worker)
        let nonce = try #require(minted)
        nonce.append(to: &text)
        return text
    }

    @Test func aNonceProvesItselfAndTellsItsAge() throws {
        let worker = try DigestWorker(lane: 0)
        let text = try nonce(mint, worker, at: 10)
        #expect(text.count == NonceText.count)
        let read = try #require(
            mint.read(array: text, realm: realm, now: .zero + .milliseconds(12_345), using: worker)
        )
        #expect(read.ageInMilliseconds == 2_345)
        #expect(read.issued == 10_000)
        #expect(worker.digestCount == 2)
    }

    @Test func anotherLoopMayReadTheClockEarlier() throws {
        let worker = try DigestWorker(lane: 0)
        let text = try nonce(mint, worker, at: 10)
        let read = mint.read(array: text, realm: realm, now: .zero + .seconds(9), using: worker)
        #expect(read?.ageInMilliseconds == 0)
    }

    @Test func everyChangedBitSpoilsIt() throws {
        let worker = try DigestWorker(lane: 0)
        let text = try nonce(mint, worker)
        for index in text.indices {
            for bit in 0..<8 {
                var changed = text
                changed[index] ^= 1 << UInt8(bit)
                let read = mint.read(array: changed, realm: realm, now: .zero, using: worker)
                #expect(read == nil, "character \(index), bit \(bit)")
            }
        }
        for count in 0..<text.count {
            #expect(mint.read(array: Array(text[..<count]), realm: realm, now: .zero, using: worker) == nil)
        }
        let longer = text + [0x41]
        #expect(mint.read(array: longer, realm: realm, now: .zero, using: worker) == nil)
    }

    @Test func otherSecretsRealmsAndRunsDontFit() throws {
        let worker = try DigestWorker(lane: 0)
        let text = try nonce(mint, worker)
        let other = Array("example.tesu".utf8)
        #expect(mint.read(array: text, realm: other, now: .zero, using: worker) == nil)
        for stranger in [
            NonceMint(secret: (1, 3), epoch: 9), NonceMint(secret: (2, 2), epoch: 9),
            NonceMint(secret: (1, 2), epoch: 10),
        ] {
            #expect(stranger.read(array: text, realm: realm, now: .zero, using: worker) == nil)
        }
    }

    @Test func noTwoAreEqual() throws {
        let first = try DigestWorker(lane: 0)
        let second = try DigestWorker(lane: 1)
        var seen: Set<[UInt8]> = []
        for _ in 0..<1_000 {
            seen.insert(try nonce(mint, first))
            seen.insert(try nonce(mint, second))
        }
        #expect(seen.count == 2_000)
    }

    @Test func textAndWordsAreOneToOne() {
        for value in UInt64(0)..<512 {
            var words = InlineArray<4, UInt64>(repeating: 0)
            for index in 0..<4 {
                words[index] = (value &* 0x0101_0203_0509_1021) >> UInt64(index) & 0xffff_ffff_ffff
            }
            var text: [UInt8] = []
            NonceText(words).append(to: &text)
            let back = NonceText.words(of: text.span)
            #expect(back != nil)
            for index in 0..<4 { #expect(back?[index] == words[index]) }
        }
        for character in UInt8.min...UInt8.max {
            let isOfTheAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
                .contains(character)
            let text = [UInt8](repeating: character, count: 32)
            let words = NonceText.words(of: text.span)
            #expect((words != nil) == isOfTheAlphabet)
        }
    }
}
