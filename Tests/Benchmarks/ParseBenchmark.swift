import Glibc
import SIPMessage

/// Reads a message over and over: head, then as typed values what a registrar or proxy needs of it (every Via,
/// From, To, Call-ID, CSeq, Max-Forwards, Contact, Route, Record-Route, Expires, Supported, Authorization and the
/// URIs in them).
enum ParseBenchmark {
    static func run(_ arguments: [String]) {
        guard let path = arguments.first, let message = Benchmarks.contents(of: path) else {
            print("Benchmarks parse: \(arguments.first ?? "the message file") can't be read.")
            exit(2)
        }
        let count = arguments.count > 1 ? Int(arguments[1]) ?? 200_000 : 200_000
        let rounds = arguments.count > 2 ? Int(arguments[2]) ?? 5 : 5
        var head = MessageHead()
        var sum = 0
        do {
            for _ in 0..<count / 10 { sum &+= try read(message, &head) }
            var best = Double.infinity
            var total = 0.0
            for _ in 0..<rounds {
                let start = Benchmarks.processorTime()
                for _ in 0..<count { sum &+= try read(message, &head) }
                let each = (Benchmarks.processorTime() - start) / Double(max(count, 1))
                best = min(best, each)
                total += each
            }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            print(
                """
                {"lib":"regtop","message":"\(name)","bytes":\(message.count),"n":\(count),\
                "ns_cpu_best":\(rounded(best)),"ns_cpu_mean":\(rounded(total / Double(max(rounds, 1)))),"check":\(sum)}
                """
            )
        } catch {
            print("Benchmarks parse: \(path): \(error)")
            exit(1)
        }
    }

    private static func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }

    @inline(never)
    private static func read(_ message: [UInt8], _ head: inout MessageHead) throws(ParseError) -> Int {
        let bytes = message.span
        try head.parse(bytes)
        let fields = try MandatoryFields(head, bytes)
        var sum = Int(fields.via.branch.count) &+ Int(fields.cseq.number) &+ Int(fields.from.tag.start)
        sum &+= Int(try SIPURI(bytes, in: head.requestURI).host.range.count)
        sum &+= Int(try SIPURI(bytes, in: fields.from.uri).user.count)
        sum &+= Int(try SIPURI(bytes, in: fields.to.uri).user.count)
        var contacts = HeaderValues<Contact>(.contact)
        while let contact = try contacts.next(in: head, bytes) {
            sum &+= Int(contact.expires ?? 0) &+ Int(try SIPURI(bytes, in: contact.uri).port ?? 0)
        }
        sum &+= Int(try head.expires(bytes)?.value ?? 0)
        if let range = head.first(.authorization),
            let digest = try DigestCredentials(bytes, in: range, header: .authorization)
        {
            sum &+= Int(digest.response.count) &+ Int(digest.nc ?? 0)
        }
        return sum &+ (try rest(of: head, bytes))
    }

    /// What only an INVITE that went through proxies has.
    private static func rest(of head: borrowing MessageHead, _ bytes: Span<UInt8>) throws(ParseError) -> Int {
        var sum = Int(try head.optionTags(.supported, bytes).rawValue)
        if head.count(of: .via) > 1 {
            var vias = HeaderValues<Via>(.via)
            while let via = try vias.next(in: head, bytes) { sum &+= Int(via.port ?? 0) }
        }
        for header in [HeaderName.route, .recordRoute] where head.contains(header) {
            var routes = HeaderValues<NameAddress>(header)
            while let route = try routes.next(in: head, bytes) {
                sum &+= Int(try SIPURI(bytes, in: route.uri).host.range.count)
            }
        }
        return sum
    }
}
