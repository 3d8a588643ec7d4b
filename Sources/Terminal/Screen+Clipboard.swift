internal import FoundationEssentials

extension Screen {
    /// Asks the terminal to put a text on its clipboard (OSC 52). Whether it does is not known: many don't, or ask
    /// first. Nothing is ever read from the clipboard. As Base64, nothing of the text is a control sequence.
    public func copy(_ text: String) {
        send(Array("\u{1b}]52;c;\(Data(text.utf8).base64EncodedString())\u{7}".utf8))
    }
}
