import BindingTable
import ConsoleLink

/// The consoles that are attached, and the last warning that none of them was there to see.
struct Audience {
    private(set) var consoles: [MonitorService.Console] = []
    private var unseen: Notice?

    /// The console of this number, if it is attached.
    subscript(id: Int) -> MonitorService.Console? { consoles.first { $0.id == id } }

    /// Welcomes a console, and tells it what nobody has seen.
    mutating func join(_ console: MonitorService.Console) {
        consoles.append(console)
        console.deliver(.welcome(console.welcome))
        if let unseen { console.deliver(.notice(unseen)) }
        unseen = nil
    }

    /// Welcomes all anew, for what is said of open domains is another now.
    mutating func tell(openDomains: [String]) {
        for index in consoles.indices where consoles[index].welcome.openDomains != openDomains {
            consoles[index].welcome.openDomains = openDomains
            consoles[index].deliver(.welcome(consoles[index].welcome))
        }
    }

    mutating func leave(_ id: Int) { consoles.removeAll { $0.id == id } }

    /// Tells all but one what that one, or somebody who is no console (nil), has done.
    func tell(_ act: Notice, ofConsole id: Int?) {
        for console in consoles where console.id != id { console.deliver(.notice(act)) }
    }

    /// Tells all; a warning that there is nobody to tell waits.
    mutating func hear(_ notice: Notice) {
        if consoles.isEmpty, notice.level >= .warning { unseen = notice }
        for console in consoles { console.deliver(.notice(notice)) }
    }
}
