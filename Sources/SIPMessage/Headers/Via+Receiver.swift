extension Via {
    /// `received` and `rport` with their semicolons, in the order of the message, empty where there is none:
    /// what a receiver leaves out when it fills them in itself (RFC 3261 §18.2.1, RFC 3581 §4).
    public var filledByReceiver: (first: ByteRange, second: ByteRange) {
        receivedParameter.start < rportParameter.start
            ? (receivedParameter, rportParameter) : (rportParameter, receivedParameter)
    }
}
