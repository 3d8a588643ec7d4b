public import ConsoleLink

/// All that can happen to a linear console.
public enum PlainInput: Sendable {
    /// Somebody has typed a line, or it came over a pipe.
    case line(String)
    /// A second has passed.
    case tick
    /// The other end of the link says something.
    case link(LinkUpdate)
}

/// All that a linear console wants done.
public enum PlainEffect: Sendable {
    /// Print this line: it is safe for any terminal, and has no end of its own.
    case line(String)
    /// Say this to the other end of the link.
    case send(LinkRequest)
    /// End with this exit code.
    case quit(Int32)
}

/// What a linear console is told before it starts.
public struct PlainSettings: Sendable {
    /// It may look and not act (`--read-only`).
    public var isReadOnly = false
    /// Only ASCII is printed.
    public var ascii = false
    /// The view that it begins with; empty for none.
    public var view = ""
    /// The filter that it begins with; empty for none.
    public var filter = ""

    /// A console that may act and begins with nothing.
    public init() {}
}
