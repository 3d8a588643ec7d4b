public import Cells
public import ConsoleLink

/// All that can happen to a console.
public enum ConsoleInput: Sendable {
    /// A key was pressed, or text pasted.
    case key(Key)
    /// The terminal has this size from now on.
    case resize(Size)
    /// A second has passed.
    case tick
    /// The other end of the link says something.
    case link(LinkUpdate)
    /// The terminal does not take frames as fast as they come, or does again.
    case lag(Bool)
    /// Something that was wanted outside of it could not be done: a sentence.
    case failed(String)
    /// Something printed these lines while the screen was ours; they are in the log.
    case stdoutLines([String])
    /// What came of the order of this number to save something.
    case saved(Int, SaveReport)
    /// A recording of the session began, ended, or could not.
    case recording(RecordingEvent)
}

/// All that a console wants done outside of itself.
public enum ConsoleEffect: Sendable {
    /// Say this to the other end of the link.
    case send(LinkRequest)
    /// End the program with this exit code.
    case quit(Int32)
    /// Leave the terminal and let the registrar go on serving without it.
    case detach
    /// Stop until the shell brings the program back; only where no registrar stops with it.
    case suspend
    /// Draw with the theme of this name from now on.
    case setTheme(String)
    /// Take the mouse from the terminal, or give it back.
    case useMouse(Bool)
    /// Forget what is on the terminal and paint all of it.
    case redraw
    /// Put this text on the clipboard of the operator's terminal (OSC 52); what it holds already is never asked for.
    case copy(String)
    /// Record what the terminal is sent from now on to this file; nil: no more. A file that is there is replaced only
    /// where that is said. `ConsoleInput.recording` tells what came of it.
    case record(String?, replacing: Bool)
    /// Keep these choices for the next start.
    case keep(Preferences)
    /// Write this into a file, and say what came of it; nothing waits for it.
    case save(SaveOrder)
    /// Stop what is being saved: the file stays as it was.
    case stopSaving
}
