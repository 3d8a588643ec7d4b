import BindingTable
import SIPDigest
import SIPMessage

/// Path, outbound, GRUU, bulk numbers, connection reuse: what of them a REGISTER gets.
extension RegistrarCore {
    /// Reads what the request asks of the extensions once its contacts are on the bench; returns why it is refused,
    /// nil if it is not. `reg-id`s that cannot be honoured are gone from the contacts afterwards.
    mutating func readExtensions(
        _ extensions: inout RequestedExtensions,
        _ bytes: Span<UInt8>,
        _ request: RegisterRequest,
        userCount: Int,
        _ context: RequestContext,
    ) -> RefusalReason? {
        if context.via.hasAlias || context.path.transport.isSecure, !takePeer(&extensions, bytes, context) {
            return .messageTooLarge(limit: UInt32(clamping: policy.limits.messageBytes))
        }
        let hasPath = head.contains(.path)
        guard
            hasPath || bench.wishes.hasExtensions
                || policy.domains[request.domain].extensions.outbound == .required
        else { return nil }
        let offer = policy.domains[request.domain].extensions
        // A list that can't be read says nothing: it was not asked for before extensions were known here.
        let supported = head.contains(.supported) ? (try? head.optionTags(.supported, bytes)) ?? [] : []
        let isLasting = bench.wishes.isLasting(request.expires)
        var hasEdge = false
        if hasPath, offer.path != .off {
            if offer.path == .strict, isLasting, !supported.contains(.path) { return .pathNotSupported }
            if let reason = takePath(&extensions, &hasEdge, bytes) { return reason }
            extensions.echoesPath = supported.contains(.path)
        }
        if offer.outbound == .required, isLasting, !supported.contains(.outbound) { return .outboundRequired }
        let isFirstHop = isOnlyVia(context.via) || hasEdge
        if let reason = takeFlows(&extensions, offer, supported, request.expires, isFirstHop) {
            return reason
        }
        if let reason = refuseLoops(request, offer, bytes) { return reason }
        return takeNumbers(&extensions, offer, supported, request.expires, userCount: userCount, bytes)
    }

    // MARK: RFC 3327

    /// Keeps the Path as it came (§5.3); tells whether the URI that was added first, by the proxy nearest to the
    /// phone, has `ob` (RFC 5626 §5.1): that is the last one.
    private mutating func takePath(
        _ extensions: inout RequestedExtensions,
        _ hasEdge: inout Bool,
        _ bytes: Span<UInt8>,
    ) -> RefusalReason? {
        var values = HeaderValues<NameAddress>(.path)
        do throws(ParseError) {
            while let value = try values.next(in: head, bytes) {
                let uri = try SIPURI(bytes, in: value.uri, part: .header(.path))
                guard uri.isSIP else { return .malformed(.path, offset: uri.range.start) }
                hasEdge = uri.parameter("ob", bytes) != nil
            }
        } catch {
            return reason(of: error)
        }
        guard let index = head.firstIndex(of: .path), let field = head[index] else { return nil }
        if !field.isFolded, head.index(after: index) == nil {
            extensions.path = field.value
        } else {
            guard let range = bench.wishes.place(.path, of: head, bytes) else {
                return .messageTooLarge(limit: UInt32(clamping: policy.limits.messageBytes))
            }
            extensions.path = range
        }
        guard Int(extensions.path.count) <= RequestedExtensions.longestPath else {
            return .malformed(.path, offset: field.value.start)
        }
        return nil
    }

    // MARK: RFC 5626

    /// The top Via is the only one: whoever sent this is the phone itself.
    private func isOnlyVia(_ via: Via) -> Bool {
        guard let index = head.firstIndex(of: .via), let field = head[index] else { return false }
        return head.index(after: index) == nil && via.range.bounds.upperBound >= field.value.bounds.upperBound
    }

    /// §6: which contacts are flows. A `reg-id` without instance is ignored, as is one of a phone that does not
    /// support outbound; where the phone does and the first hop does not, the request is refused.
    private mutating func takeFlows(
        _ extensions: inout RequestedExtensions,
        _ offer: ExtensionPolicy,
        _ supported: OptionTags,
        _ expires: UInt32?,
        _ isFirstHop: Bool,
    ) -> RefusalReason? {
        var lasting = 0
        for index in bench.wishes.list.indices where bench.wishes.list[index].regID != 0 {
            guard offer.outbound != .off else {
                bench.wishes.list[index].regID = 0
                continue
            }
            let wish = bench.wishes.list[index]
            if wish.instanceHash != 0, wish.isLasting(expires) { lasting += 1 }
            guard wish.instanceHash != 0, supported.contains(.outbound) else {
                bench.wishes.list[index].regID = 0
                bench.wishes.list[index].badges.insert(.regIDIgnored)
                continue
            }
            extensions.hasFlow = true
            bench.wishes.list[index].badges.insert(.outbound)
        }
        if lasting > 1 { return .severalFlows }
        return extensions.hasFlow && lasting > 0 && !isFirstHop ? .firstHopLacksOutbound : nil
    }

    // MARK: RFC 5627

    /// §5.1: a contact that is the address of record or one of its GRUUs would lead calls back here.
    private func refuseLoops(
        _ request: RegisterRequest,
        _ offer: ExtensionPolicy,
        _ bytes: Span<UInt8>,
    ) -> RefusalReason? {
        guard offer.offersGRUU else { return nil }
        let texts = bench.wishes.texts
        for wish in bench.wishes.list where wish.uri.isSIP && (wish.isGRUU || wish.instanceHash != 0) {
            let loops =
                texts.isEmpty
                ? isOurs(wish, bytes, request, bytes) : isOurs(wish, texts.span, request, bytes)
            if loops { return .contactLoops(position: wish.position) }
        }
        return nil
    }

    /// A contact is a URI of the request's domain, with `gr` or as To has it.
    private func isOurs(
        _ wish: ContactWish,
        _ texts: Span<UInt8>,
        _ request: RegisterRequest,
        _ bytes: Span<UInt8>,
    ) -> Bool {
        let name = policy.domains[request.domain].name
        guard equalIgnoringCase(texts.extracting(wish.uri.host.range.bounds), name.span) else { return false }
        return wish.isGRUU || isAddressOfRecord(wish.uri, texts, request, bytes)
    }

    private func isAddressOfRecord(
        _ contact: SIPURI,
        _ texts: Span<UInt8>,
        _ request: RegisterRequest,
        _ bytes: Span<UInt8>,
    ) -> Bool {
        guard let to = try? SIPURI(bytes, in: request.fields.to.uri, part: .header(.to)) else { return false }
        return SIPURI.isEquivalent(to, bytes, contact, texts)
    }

    // MARK: RFC 6140

    /// §5.1, §5.2: the contact of a list of numbers has no user, comes with `Require: gin` and `Supported: path`,
    /// and the user must stand for numbers.
    private mutating func takeNumbers(
        _ extensions: inout RequestedExtensions,
        _ offer: ExtensionPolicy,
        _ supported: OptionTags,
        _ expires: UInt32?,
        userCount: Int,
        _ bytes: Span<UInt8>,
    ) -> RefusalReason? {
        var required: OptionTags?
        for index in bench.wishes.list.indices where bench.wishes.list[index].isBulk {
            let wish = bench.wishes.list[index]
            let tags = required ?? (try? head.optionTags(.require, bytes)) ?? []
            required = tags
            guard wish.uri.isSIP, !wish.uri.hasUser, tags.contains(.gin), supported.contains(.path) else {
                return .bulkMisused
            }
            bench.wishes.list[index].badges.insert(.bulk)
            guard wish.isLasting(expires), extensions.numbers.isEmpty else { continue }
            guard let numbers = offer.numbers(of: bench.aor.span.extracting(0..<userCount)) else {
                return .bulkNotAllowed
            }
            guard let range = bench.wishes.place(numbers.span, bytes) else {
                return .messageTooLarge(limit: UInt32(clamping: policy.limits.messageBytes))
            }
            extensions.numbers = range
        }
        return nil
    }

    // MARK: RFC 5923

    /// Notes the peer's verified name, and whether it may have the connection used towards its sent-by: that takes
    /// TLS and a certificate for just that host (§7.1, §8). False if there is no room for the name.
    private mutating func takePeer(
        _ extensions: inout RequestedExtensions,
        _ bytes: Span<UInt8>,
        _ context: RequestContext,
    ) -> Bool {
        let names = context.path.transport.isSecure ? peers[context.path.connection] ?? [] : []
        if context.via.hasAlias {
            let host = bytes.extracting(context.via.host.range.bounds)
            var isVerified = false
            for name in names where equalIgnoringCase(name.span, host) { isVerified = true }
            extensions.badges.insert(isVerified ? .connectionReuse : .reuseRefused)
        }
        guard let name = names.first, !name.isEmpty else { return true }
        guard let range = bench.wishes.place(name.span, bytes) else { return false }
        extensions.peer = range
        return true
    }

    // MARK: The 200

    /// What makes the GRUUs of a 200's contacts, those that this request does not name included; nil where no contact
    /// has an instance, the domain offers none or the phone does not support them (RFC 5627 §5.2).
    @inline(__always)
    func gruuMint(_ question: RegisterDecision.Question, _ aor: Span<UInt8>, _ bytes: Span<UInt8>)
        -> GRUUMint?
    {
        guard bench.decision.hasInstances, head.contains(.supported),
            policy.domains[question.request.domain].extensions.offersGRUU,
            let supported = try? head.optionTags(.supported, bytes), supported.contains(.gruu)
        else { return nil }
        return GRUUMint(
            aorHash: state.table.hash(aor),
            userCount: question.userCount,
            mint: state.verifier.mint,
            worker: worker
        )
    }

    /// What extensions have in a 200 besides the contacts. May be called twice.
    @inline(__always)
    func writeExtensions(
        _ cursor: inout ReplyCursor,
        _ bytes: Span<UInt8>,
        _ extensions: RequestedExtensions,
        domain: Int,
    ) {
        if extensions.echoesPath { writePath(&cursor, bytes) }
        if !policy.domains[domain].extensions.serviceRoute.isEmpty {
            cursor.put("Service-Route: ")
            let route = policy.domains[domain].extensions.serviceRoute
            cursor.put(route.span)
            cursor.put("\r\n")
        }
        guard extensions.hasFlow else { return }
        cursor.put("Require: outbound\r\nSupported: outbound\r\n")
        let flowTimer = policy.domains[domain].extensions.flowTimer
        guard flowTimer > 0 else { return }
        cursor.put("Flow-Timer: ")
        cursor.put(decimal: flowTimer)
        cursor.put("\r\n")
    }

    /// The Path lines as they came, but for folds (RFC 3327 §5.3).
    private func writePath(_ cursor: inout ReplyCursor, _ bytes: Span<UInt8>) {
        var next = head.firstIndex(of: .path)
        while let index = next, let field = head[index] {
            cursor.put("Path: ")
            cursor.put(unfolding: bytes, field.value)
            cursor.put("\r\n")
            next = head.index(after: index)
        }
    }
}
