internal import SIPMessage

// How the screen shows what stands in a Digest header; what is a secret there, SIPMessage says.
extension DigestText {
    /// `15cffe..9c00`: enough to tell two apart, not enough to use.
    static func shortened(_ value: [UInt8]) -> [UInt8] {
        guard value.count > 12 else {
            return value.count > 4 ? Array(value.prefix(2)) + Array("..".utf8) : value
        }
        return Array(value.prefix(6)) + Array("..".utf8) + Array(value.suffix(4))
    }

    /// The parameters of the first Authorization (or Proxy-Authorization) of a message, secrets shortened.
    static func credentials(of message: [UInt8]) -> [String: String] {
        for line in RawMessage.fields(of: message) where isCredentials(line.name) {
            let value = Array(line.bytes)
            var result: [String: String] = [:]
            for parameter in parameters(of: value) where result[parameter.name] == nil {
                let bytes = Array(value[parameter.value])
                let shown = secrets.contains(parameter.name) ? shortened(bytes) : bytes
                result[parameter.name] = String(decoding: shown, as: UTF8.self)
            }
            return result
        }
        return [:]
    }
}
