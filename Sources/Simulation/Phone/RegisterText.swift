import SIPMessage

/// A REGISTER as a phone writes it.
struct RegisterText {
    let profile: PhoneProfile
    let user: String
    let requestURI: String
    let local: Endpoint
    let contactPort: UInt16?
    let branch: String
    let fromTag: String
    let callID: String
    let cseq: UInt32
    let expires: Int
    let credentials: [UInt8]?

    var bytes: [UInt8] {
        var encoder = MessageEncoder()
        encoder.beginRequest(.register, uri: requestURI)
        let claimed = profile.claimedAddress ?? local
        let protocolName = profile.transport == .tcp ? "TCP" : "UDP"
        encoder.header(.via, text: "SIP/2.0/\(protocolName) \(claimed);branch=\(branch);rport")
        encoder.header(.maxForwards, decimal: 70)
        let address = "<sip:\(user)@\(profile.domain)>"
        encoder.header(.from, text: "\"\(profile.displayName)\" \(address);tag=\(fromTag)")
        encoder.header(.to, text: "\"\(profile.displayName)\" \(address)")
        encoder.header(.callID, text: callID)
        encoder.cseq(cseq, .register)
        encoder.header(.contact, text: contact(claimed))
        if let credentials {
            encoder.beginHeader(.authorization)
            encoder.bytes.append(contentsOf: credentials)
            encoder.endLine()
        }
        encoder.header(.expires, decimal: UInt64(max(0, expires)))
        encoder.header(.userAgent, text: profile.userAgent)
        encoder.header(.allow, "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, UPDATE")
        encoder.finish()
        return encoder.bytes
    }

    private func contact(_ claimed: Endpoint) -> String {
        let place = Endpoint(address: claimed.address, port: contactPort ?? claimed.port)
        let transport = profile.transport == .tcp ? ";transport=tcp" : ""
        return "<sip:\(user)@\(place)\(transport)>"
    }
}
