internal import SIPMessage

/// A scanner that gives itself away by what it sends.
enum KnownTool: UInt8, BitwiseCopyable {
    case sipvicious, sipcli, vaxSIP, sundayddr, siparmyknife, smap, sipScan, iWar, sivus, mrSIP, metasploit

    /// As the screen names it.
    var name: String {
        switch self {
        case .sipvicious: "sipvicious"
        case .sipcli: "sipcli"
        case .vaxSIP: "VaxSIPUserAgent"
        case .sundayddr: "sundayddr"
        case .siparmyknife: "siparmyknife"
        case .smap: "smap"
        case .sipScan: "sip-scan"
        case .iWar: "iWar"
        case .sivus: "SIVuS"
        case .mrSIP: "Mr.SIP"
        case .metasploit: "Metasploit"
        }
    }

    /// How User-Agents begin that only these send, in lower case. Diagnostic tools of honest people (sipsak, SIPp) are
    /// not among them.
    private static let agents: [(start: StaticString, tool: KnownTool)] = [
        ("friendly-scanner", .sipvicious), ("friendly-request", .sipvicious), ("sipvicious", .sipvicious),
        ("sipcli", .sipcli), ("vaxsipuseragent", .vaxSIP), ("vaxipuseragent", .vaxSIP),
        ("sundayddr", .sundayddr), ("siparmyknife", .siparmyknife), ("smap ", .smap), ("smap/", .smap),
        ("sip-scan", .sipScan), ("sipscan", .sipScan), ("iwar", .iWar), ("sivus", .sivus),
        ("mr.sip", .mrSIP), ("msf/", .metasploit),
    ]

    /// The tool whose User-Agent stands at a range.
    init?(agent range: ByteRange, in bytes: Span<UInt8>) {
        guard let tool = Self.agents.first(where: { bytes.begins(range, with: $0.start) })?.tool else {
            return nil
        }
        self = tool
    }

    /// sipvicious by another name: its branch and its Call-ID are nothing but a decimal number, and it accepts SDP
    /// whatever it asks (`libs/svhelper.py`, makeRequest, version 0.3). No phone does all three.
    static func looksLikeSipvicious(
        _ bytes: Span<UInt8>,
        branch: ByteRange,
        callID: ByteRange,
        accept: ByteRange?,
    ) -> Bool {
        guard let accept, bytes.begins(accept, with: "application/sdp"), accept.count == 15 else {
            return false
        }
        guard bytes.begins(branch, with: "z9hg4bk-"), callID.count >= 5 else { return false }
        return bytes.isDecimal(ByteRange(start: branch.start + 8, count: branch.count - 8))
            && bytes.isDecimal(callID)
    }
}

extension Span<UInt8> {
    /// A range begins with a text of lower-case letters, in any case.
    fileprivate func begins(_ range: ByteRange, with text: StaticString) -> Bool {
        let bounds = range.bounds.clamped(to: 0..<count)
        guard bounds.count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { wanted in
            for offset in 0..<wanted.count where self[bounds.lowerBound + offset].lowered != wanted[offset] {
                return false
            }
            return true
        }
    }

    /// A range is nothing but decimal digits, and not empty.
    fileprivate func isDecimal(_ range: ByteRange) -> Bool {
        let bounds = range.bounds.clamped(to: 0..<count)
        guard !bounds.isEmpty else { return false }
        for index in bounds where self[index] &- 0x30 > 9 { return false }
        return true
    }
}
