import Glibc

/// What libFuzzer calls, once an input. `REGTOP_FUZZ` names the target.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: data == nil ? 0 : size))
    FuzzTarget.chosen.run(input)
    return 0
}

/// A reader of strangers' bytes, with what must hold for every input.
enum FuzzTarget: String, CaseIterable {
    case message, uri, framer, settings, theme, accounts, reginfo, stun, websocket, link, call, dns

    static let chosen: FuzzTarget = {
        let name = getenv("REGTOP_FUZZ").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            print("REGTOP_FUZZ=\(name): choose from \(allCases.map(\.rawValue).joined(separator: " "))")
            exit(2)
        }
        return target
    }()

    func run(_ input: [UInt8]) {
        switch self {
        case .message: fuzzMessage(input)
        case .uri: fuzzURI(input)
        case .framer: fuzzFramer(input)
        case .settings: fuzzSettings(input)
        case .theme: fuzzTheme(input)
        case .accounts: fuzzAccounts(input)
        case .reginfo: fuzzReginfo(input)
        case .stun: fuzzSTUN(input)
        case .websocket: fuzzWebSocket(input)
        case .link: fuzzLink(input)
        case .call: fuzzCall(input)
        case .dns: fuzzDNS(input)
        }
    }
}

/// The planted trap is set: shows that a target finds what it should.
private let isTrapPlanted = getenv("REGTOP_PLANTED_TRAP") != nil

/// Traps where a trap is planted and the input has reached this condition, which no seed does.
func trap(if isReached: @autoclosure () -> Bool) {
    if isTrapPlanted { precondition(!isReached(), "planted") }
}
