import SIPMessage

extension RegistrarCore {
    /// Appends what `body` writes to the reply; it may be called twice, so it changes nothing.
    @inline(__always)
    mutating func write(_ body: (borrowing RegistrarCore, inout ReplyCursor) -> Void) {
        // Taken out of the core, which the body reads.
        var page = ReplyPage(capacity: 0)
        var out: [UInt8] = []
        swap(&page, &self.page)
        swap(&out, &encoder.bytes)
        page.append(to: &out) { body(self, &$0) }
        swap(&page, &self.page)
        swap(&out, &encoder.bytes)
    }

    /// What RFC 3261 §8.2.6 has at the head of every reply, behind the status line and `Via: `: all Vias, the
    /// topmost filled in, From, To with our tag, Call-ID and CSeq of the request.
    func writeHead(
        _ cursor: inout ReplyCursor,
        _ bytes: Span<UInt8>,
        _ fields: RequestFields,
        _ context: RequestContext,
    ) {
        writeVias(&cursor, bytes, context)
        cursor.put("From: ")
        writeValue(of: .from, &cursor, bytes)
        cursor.put("\r\nTo: ")
        writeValue(of: .to, &cursor, bytes)
        if fields.to.tag.isEmpty {
            cursor.put(";tag=")
            cursor.put(hexadecimal: context.toTag)
        }
        cursor.put("\r\nCall-ID: ")
        cursor.put(bytes, fields.callID)
        cursor.put("\r\nCSeq: ")
        writeValue(of: .cseq, &cursor, bytes)
        cursor.put("\r\n")
    }

    /// A header field's value as it came, but for folds.
    @inline(__always)
    private func writeValue(of name: HeaderName, _ cursor: inout ReplyCursor, _ bytes: Span<UInt8>) {
        guard let index = head.firstIndex(of: name), let field = head[index] else { return }
        if field.isFolded {
            cursor.put(unfolding: bytes, field.value)
        } else {
            cursor.put(bytes, field.value)
        }
    }

    /// All Via fields; the topmost value says where the request came from (RFC 3261 §18.2.1, RFC 3581 §4).
    private func writeVias(_ cursor: inout ReplyCursor, _ bytes: Span<UInt8>, _ context: RequestContext) {
        guard let first = head.firstIndex(of: .via), let line = head[first] else { return }
        let via = context.via
        writeTop(via, line, &cursor, bytes, from: context.path.source)
        writePart(
            from: via.range.start + via.range.count,
            to: line.value.start + line.value.count,
            line,
            &cursor,
            bytes
        )
        cursor.put("\r\n")
        var next = head.index(after: first)
        while let index = next, let field = head[index] {
            cursor.put("Via: ")
            writePart(
                from: field.value.start,
                to: field.value.start + field.value.count,
                field,
                &cursor,
                bytes
            )
            cursor.put("\r\n")
            next = head.index(after: index)
        }
    }

    /// The topmost Via as its receiver completes it.
    private func writeTop(
        _ via: Via,
        _ line: HeaderField,
        _ cursor: inout ReplyCursor,
        _ bytes: Span<UInt8>,
        from source: Endpoint,
    ) {
        let holes = via.filledByReceiver
        var position = via.range.start
        if !holes.first.isEmpty {
            writePart(from: position, to: holes.first.start, line, &cursor, bytes)
            position = holes.first.start + holes.first.count
        }
        if !holes.second.isEmpty {
            writePart(from: position, to: holes.second.start, line, &cursor, bytes)
            position = holes.second.start + holes.second.count
        }
        writePart(from: position, to: via.range.start + via.range.count, line, &cursor, bytes)
        if via.hasRPort || via.host.address(bytes) != source.address {
            cursor.put(";received=")
            cursor.put(address: source.address)
        }
        if via.hasRPort {
            cursor.put(";rport=")
            cursor.put(decimal: UInt32(source.port))
        }
    }

    @inline(__always)
    private func writePart(
        from start: UInt16,
        to end: UInt16,
        _ field: HeaderField,
        _ cursor: inout ReplyCursor,
        _ bytes: Span<UInt8>,
    ) {
        guard end > start else { return }
        let range = ByteRange(start: start, count: end - start)
        if field.isFolded {
            cursor.put(unfolding: bytes, range)
        } else {
            cursor.put(bytes, range)
        }
    }
}
