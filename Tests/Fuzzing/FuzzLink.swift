import ConsoleLink

/// A line of the control socket, as a request and as an update: what is read is written so that it reads the same
/// again, and what isn't is refused with one printable sentence.
func fuzzLink(_ input: [UInt8]) {
    do throws(LinkError) {
        let request = try LinkCodec.request(input.span)
        trap(if: request.serial > 99)
        let line = LinkCodec.encode(request)
        precondition(!line.contains(0x0a), "a line has two lines in it")
        let again = try LinkCodec.request(line.span)
        precondition(LinkCodec.encode(again) == line)
    } catch {
        precondition(
            error.description.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !error.description.isEmpty
        )
    }
    guard let update = try? LinkCodec.update(input.span) else { return }
    let line = LinkCodec.encode(update)
    precondition(!line.contains(0x0a), "a line has two lines in it")
    let again = try? LinkCodec.update(line.span)
    precondition(again.map { LinkCodec.encode($0) } == line, "what was written reads otherwise")
}
