import Testing
import Timing

@testable import SIPDigest

/// What is sealed can be opened by who has the secret, and by nobody else.
struct SealedTextTests {
    private let mint = NonceMint(secret: (1, 2), epoch: 9)

    private func text(_ words: InlineArray<3, UInt64>, _ mint: NonceMint, _ worker: DigestWorker) -> [UInt8] {
        var text: [UInt8] = []
        mint.seal(words, using: worker)?.forEachCharacter { text.append($0) }
        return text
    }

    private func open(_ text: [UInt8], _ mint: NonceMint, _ worker: DigestWorker) -> [UInt64]? {
        mint.open(text.span, using: worker).map { [$0[0], $0[1], $0[2]] }
    }

    @Test func whatIsSealedComesBack() throws {
        let worker = try DigestWorker(lane: 0)
        let patterns: [UInt64] = [0, 1, .max, 0x0123_4567_89ab_cdef, 1 << 63, 0xffff_0000_ffff_0000]
        for first in patterns {
            for second in patterns {
                for third in patterns {
                    let sealed = text([first, second, third], mint, worker)
                    #expect(sealed.count == SealedText.count)
                    #expect(sealed.allSatisfy { $0.isURLSafe })
                    #expect(open(sealed, mint, worker) == [first, second, third])
                }
            }
        }
    }

    @Test func theSameWordsGiveTheSameTextAndOneBitGivesAnother() throws {
        let worker = try DigestWorker(lane: 0)
        let first = text([1, 2, 3], mint, worker)
        #expect(text([1, 2, 3], mint, worker) == first)
        for bit in 0..<64 {
            let other = text([1, 2, 3 ^ (1 << UInt64(bit))], mint, worker)
            #expect(zip(first, other).filter { $0 == $1 }.count < 12)
        }
    }

    @Test("RFC 5297: what is sealed for a context opens for that one only, and has nothing of it in its text")
    func contexts() throws {
        let worker = try DigestWorker(lane: 0)
        let contexts: [UInt64] = [0, 1, 1 << 63, .max]
        for context in contexts {
            var sealed: [UInt8] = []
            mint.seal([1, 2, 3], for: context, using: worker)?.forEachCharacter { sealed.append($0) }
            #expect(sealed.count == SealedText.count)
            for other in contexts {
                let opened = mint.open(sealed.span, for: other, using: worker)
                #expect((opened != nil) == (other == context))
            }
        }
    }

    @Test func nothingElseOpens() throws {
        let worker = try DigestWorker(lane: 0)
        let sealed = text([1, 2, 3], mint, worker)
        for index in sealed.indices {
            for character in [UInt8(ascii: "A"), UInt8(ascii: "B")] where sealed[index] != character {
                var changed = sealed
                changed[index] = character
                #expect(open(changed, mint, worker) == nil)
            }
        }
        #expect(open(sealed, NonceMint(secret: (1, 3), epoch: 9), worker) == nil, "another secret")
        #expect(open(sealed.dropLast(), mint, worker) == nil)
        #expect(open(sealed + [0x41], mint, worker) == nil)
        #expect(open(Array(sealed.dropLast()) + [0x3d], mint, worker) == nil, "not of the alphabet")
        #expect(open([], mint, worker) == nil)
        let nonce = Array("realm".utf8)
        var text: [UInt8] = []
        mint.mint(realm: nonce.span, now: .zero, using: worker)?.append(to: &text)
        #expect(open(text + text.prefix(16), mint, worker) == nil, "a nonce is none")
    }

    @Test func itOpensInAnotherRunWithTheSameSecret() throws {
        let worker = try DigestWorker(lane: 0)
        let sealed = text([7, 8, 9], mint, worker)
        #expect(open(sealed, NonceMint(secret: (1, 2), epoch: 10), worker) == [7, 8, 9])
    }

    private func open(_ text: ArraySlice<UInt8>, _ mint: NonceMint, _ worker: DigestWorker) -> [UInt64]? {
        open(Array(text), mint, worker)
    }
}

extension UInt8 {
    fileprivate var isURLSafe: Bool {
        self | 0x20 >= 0x61 && self | 0x20 <= 0x7a || self >= 0x30 && self <= 0x39 || self == 0x2d
            || self == 0x5f
    }
}
