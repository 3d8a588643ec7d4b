import Testing

@testable import SIPDigest

@Suite struct DigestWorkerTests {
    /// RFC 1321 §A.5, FIPS 180-4 examples.
    @Test(arguments: [
        (DigestAlgorithm.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (.sha512t256, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
    ])
    func knownDigests(_ algorithm: DigestAlgorithm, _ expected: String) throws {
        let worker = try DigestWorker(lane: 0)
        worker.begin(algorithm)
        worker.append("abc")
        let value = try #require(worker.finish(algorithm))
        #expect(text(value.hex) == expected)
        #expect(worker.digestCount == 1)
    }

    @Test func longTextsGoThroughTheRoomInPieces() throws {
        let worker = try DigestWorker(lane: 0)
        for count in [0, 1, 63, 64, 511, 512, 513, 1_024, 5_000] {
            let bytes = [UInt8](repeating: 0x61, count: count)
            worker.begin(.sha256)
            worker.append(bytes.span)
            let finished = worker.finish(.sha256)
            let whole = try #require(finished)
            worker.begin(.sha256)
            for byte in bytes { worker.append(byte) }
            let piecewise = try #require(worker.finish(.sha256))
            #expect(text(whole.hex) == text(piecewise.hex), "\(count) bytes")
        }
    }

    @Test func aBegunDigestIsForgottenByTheNext() throws {
        let worker = try DigestWorker(lane: 0)
        worker.begin(.md5)
        worker.append("something else")
        worker.begin(.md5)
        worker.append("abc")
        let value = try #require(worker.finish(.md5))
        #expect(text(value.hex) == "900150983cd24fb0d6963f7d28e17f72")
    }

    @Test func hexIsReadInEitherCaseAndComparedWhole() throws {
        let lower = Array("900150983cd24fb0d6963f7d28e17f72".utf8)
        let upper = Array("900150983CD24FB0D6963F7D28E17F72".utf8)
        let value = try #require(DigestValue(digits: upper, algorithm: .md5))
        #expect(text(value.hex) == String(decoding: lower, as: UTF8.self))
        #expect(value.equals(digits: lower))
        #expect(value.equals(digits: upper))
        #expect(!value.equals(digits: Array(lower[..<31])))
        for index in lower.indices {
            for bit in 0..<8 {
                var changed = lower
                changed[index] ^= 1 << UInt8(bit)
                let isLetterCase = bit == 5 && lower[index] >= 0x61
                #expect(value.equals(digits: changed) == isLetterCase, "digit \(index), bit \(bit)")
            }
        }
    }

    @Test(arguments: ["", "90", "900150983cd24fb0d6963f7d28e17f7g", "900150983cd24fb0d6963f7d28e17f720"])
    func noHexNoValue(_ text: String) {
        #expect(DigestValue(digits: Array(text.utf8), algorithm: .md5) == nil)
    }

    /// What each recorded client answered to the password `secret1` (client, Request-URI, credentials).
    @Test(arguments: [
        (
            "aiosipua",
            #"username="alice", realm="sip.test", nonce="awNltWsDZIlhFyHevvTIoct5BrtcV2oJ", uri="sip:sip.test", algorithm=MD5, response="ddedc0afe5b26a61b16cf1c92d4eb888", qop=auth, nc=00000001, cnonce="727a6751889a0a1f""#
        ),
        (
            "baresip",
            #"username="alice", realm="sip.test", nonce="awNlgGsDZFRm3PWvu7wt9a7P5hEEH18T", uri="sip:sip.test;transport=udp", response="df002c720f88c09a6aed29793468d040", cnonce="4bea4dd284cf498c", qop=auth, nc=00000001"#
        ),
        (
            "pyvoip",
            #"username="alice",realm="127.0.0.1",nonce="awNlvWsDZJG4vW51rsyqf/WgbRFc7k0t",uri="sip:127.0.0.1;transport=UDP",response="4b32fea7a070c9112ec04d3cb414ac03",algorithm=MD5"#
        ),
        (
            "sipp",
            #"username="alice",realm="sip.test",cnonce="6b8b4567",nc=00000001,qop=auth,uri="sip:127.0.0.1:5095",nonce="awNll2sDZGsS+Wpl/u1wK3vU65Mywr8Z",response="e1e3bc00e3a5e24b91bf68f1ed72376b",algorithm=MD5"#
        ),
        (
            "sipsak",
            #"username="alice", uri="sip:sip.test", algorithm=MD5, realm="sip.test", nonce="awNljWsDZGEur/RA5nsx6BPGPXAptbWw", qop=auth, nc=00000001, cnonce="41a98618", response="176d34627d238e47f74c154f24ab4aad""#
        ),
        (
            "twinkle",
            #"username="alice",realm="sip.test",nonce="awNlo2sDZHdphMRMnVLuP6kgIO4efk07",uri="sip:sip.test",response="845a8ce7d098493c36ea83f01c6ad66e",algorithm=MD5,cnonce="d0198a3576",qop=auth,nc=00000001"#
        ),
    ])
    func recordedClients(_ name: String, _ credentials: String) throws {
        let worker = try DigestWorker(lane: 0)
        let message = Scene.message(authorization: ["Digest \(credentials)"])
        let (expected, given) = try worker.responses(message) { realm in
            worker.ha1(.md5, Array("alice".utf8), realm, Array("secret1".utf8))
        }
        #expect(try #require(expected).equals(digits: given), "\(name)")
    }
}

func text(_ hex: HexText) -> String {
    var bytes: [UInt8] = []
    hex.append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}
