internal import CNcurses
internal import Cells
internal import Glibc

/// Reads keys with ncurses, which knows each terminal's sequences.
final class KeyReader {
    /// A window that is never shown: reading from the screen's own would draw it.
    private let window: UnsafeMutablePointer<WINDOW>
    private var paste: String.UnicodeScalarView?
    private var pasteCount = 0
    private var pasteTouched = 0
    private var mouse: MouseReport?
    private var mouseTouched = 0

    private static let pasteStart: Int32 = 2000
    private static let pasteEnd: Int32 = 2001
    private static let mouseStart: Int32 = 2002
    private static let oldMouseStart: Int32 = 2003
    private static let pasteLimit = 65_536
    /// A paste whose end got lost is over when nothing has come for so long, in milliseconds: longer than a bad link
    /// may stop in the middle of one, for then its rest would be taken for keys.
    private static let pasteQuiet = 10_000
    /// A mouse report whose end got lost is over when nothing has come for so long, in milliseconds.
    private static let mouseQuiet = 1_000

    /// Reads keys of the current screen; nil when memory is short.
    init?() {
        guard let pad = newpad(1, 1) else { return nil }
        window = pad
        keypad(window, true)
        nodelay(window, true)
        define_key("\u{1b}[200~", KeyReader.pasteStart)
        define_key("\u{1b}[201~", KeyReader.pasteEnd)
        define_key("\u{1b}[<", KeyReader.mouseStart)
        // Some old terminals have a function key of this name.
        let old = key_defined("\u{1b}[M")
        if old == 0 || old == KEY_MOUSE { define_key("\u{1b}[M", KeyReader.oldMouseStart) }
        for (sequence, code) in KeyReader.otherSequences { define_key("\u{1b}" + sequence, code) }
    }

    /// What many terminals send although their description says otherwise, or before they have
    /// switched to application keys.
    private static let otherSequences: [(String, Int32)] = [
        ("[A", KEY_UP), ("[B", KEY_DOWN), ("[C", KEY_RIGHT), ("[D", KEY_LEFT),
        ("OA", KEY_UP), ("OB", KEY_DOWN), ("OC", KEY_RIGHT), ("OD", KEY_LEFT),
        ("[H", KEY_HOME), ("[F", KEY_END), ("OH", KEY_HOME), ("OF", KEY_END),
        ("[1~", KEY_HOME), ("[4~", KEY_END), ("[7~", KEY_HOME), ("[8~", KEY_END), ("OM", KEY_ENTER),
    ]

    /// Turns bracketed paste on.
    static let pasteOn = Array("\u{1b}[?2004h".utf8)
    /// Turns bracketed paste off.
    static let pasteOff = Array("\u{1b}[?2004l".utf8)

    /// All keys that have arrived; `now` in milliseconds, from any start.
    func read(now: Int) -> [Key] {
        var keys: [Key] = []
        if paste != nil, now - pasteTouched > KeyReader.pasteQuiet { finishPaste(into: &keys) }
        if mouse != nil, now - mouseTouched > KeyReader.mouseQuiet { mouse = nil }
        var value: UInt32 = 0
        while keys.count < 4096 {
            let kind = rg_read_key(window, &value)
            guard kind != 0 else { break }
            if paste != nil { pasteTouched = now }
            take(kind: kind, value: value, into: &keys, now: now)
        }
        return keys
    }

    private func take(kind: Int32, value: UInt32, into keys: inout [Key], now: Int) {
        if kind == 2 {
            mouse = nil
            switch Int32(bitPattern: value) {
            case KeyReader.mouseStart, KeyReader.oldMouseStart:
                let isOld = Int32(bitPattern: value) == KeyReader.oldMouseStart
                mouse = MouseReport(isOld ? .characters : .decimal)
                mouseTouched = now
            case KeyReader.pasteStart:
                paste = String.UnicodeScalarView()
                pasteCount = 0
                pasteTouched = now
            case KeyReader.pasteEnd: finishPaste(into: &keys)
            case let code:
                if let key = KeyReader.key(code: code), paste == nil { keys.append(key) }
            }
            return
        }
        if takeMouse(value, into: &keys, now: now) { return }
        guard let scalar = Unicode.Scalar(value) else { return }
        guard paste != nil else {
            keys.append(KeyReader.key(character: scalar))
            return
        }
        let isControl = scalar.value < 0x20 || scalar.value == 0x7F
        let shown: Unicode.Scalar = scalar == "\r" ? "\n" : scalar
        // What is too much is dropped, but stays part of the paste: it must not become keys.
        guard pasteCount < KeyReader.pasteLimit else { return }
        pasteCount += 1
        if !isControl || shown == "\n" || shown == "\t" { paste?.append(shown) }
    }

    /// Whether the character belongs to a mouse report.
    private func takeMouse(_ value: UInt32, into keys: inout [Key], now: Int) -> Bool {
        guard mouse != nil else { return false }
        mouseTouched = now
        let step = Unicode.Scalar(value).flatMap { mouse?.take($0) } ?? .done(nil)
        guard case .done(let event) = step else { return true }
        mouse = nil
        if let event, paste == nil { keys.append(.mouse(event)) }
        return true
    }

    private func finishPaste(into keys: inout [Key]) {
        if let text = paste, !text.isEmpty { keys.append(.paste(String(text))) }
        paste = nil
    }

    /// The key of a typed character.
    static func key(character scalar: Unicode.Scalar) -> Key {
        switch scalar.value {
        case 9: return .tab
        case 10, 13: return .enter
        case 8, 127: return .backspace
        case 27: return .escape
        case 0: return .control("@")
        case 1...26: return .control(Unicode.Scalar(UInt8(scalar.value) + 0x60))
        case 28...31: return .control(Unicode.Scalar(UInt8(scalar.value) + 0x40))
        default: return .character(scalar)
        }
    }

    /// The key of an ncurses key code; nil for those nobody needs.
    static func key(code: Int32) -> Key? {
        if code > KEY_F0, code <= KEY_F0 + 63 { return .function(Int(code - KEY_F0)) }
        return codes[code]
    }

    private static let codes: [Int32: Key] = [
        KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right,
        KEY_HOME: .home, KEY_END: .end, KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown,
        KEY_FIND: .home, KEY_SELECT: .end,
        KEY_ENTER: .enter, KEY_BTAB: .backTab, KEY_BACKSPACE: .backspace,
        KEY_DC: .delete, KEY_IC: .insert,
        KEY_SR: .up, KEY_SF: .down, KEY_SLEFT: .left, KEY_SRIGHT: .right,
    ]
}
