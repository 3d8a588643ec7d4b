import Host
import Yams

/// The sections about what is kept beyond the process and who may look at it.
extension SettingsFile {
    mutating func store(_ node: Node, _ store: inout StoreSettings) {
        each(node, of: "store", allowed: ["enabled", "durability", "on-failure", "grace"]) {
            reader,
            key,
            value in
            switch key {
            case "enabled": store.isOn = reader.flag(value, key)
            case "durability": store.durability = reader.word(value, key, ["process", "power"])
            case "on-failure": store.onFailure = reader.word(value, key, ["refuse", "continue"])
            default: store.grace = reader.number(value, key, 0...86_400)
            }
        }
    }

    mutating func history(_ node: Node, _ history: inout HistorySettings) {
        each(node, of: "history", allowed: ["days", "size"]) { reader, key, value in
            switch key {
            case "days": history.days = reader.number(value, key, 1...3_650)
            default: history.size = reader.number(value, key, 1...1_048_576)
            }
        }
    }

    mutating func control(_ node: Node, _ control: inout ControlSettings) {
        each(node, of: "control", allowed: ["group", "operators"]) { reader, key, value in
            switch key {
            case "group": control.group = reader.text(value, key)
            default: control.operators = reader.strings(value, key)
            }
        }
    }

    mutating func log(_ node: Node, _ log: inout LogSettings) {
        each(node, of: "log", allowed: ["file", "size", "keep"]) { reader, key, value in
            switch key {
            case "file": log.file = reader.text(value, key)
            case "size": log.size = reader.number(value, key, 1...1_048_576)
            default: log.keep = reader.number(value, key, 0...1_000)
            }
        }
    }
}
