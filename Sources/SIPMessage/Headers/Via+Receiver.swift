extension Via {
    /// `received` and `rport` with their semicolons, in the order of the message, empty where there is none:
    /// what a receiver leaves out when it fills them in itself (RFC 3261 §18.2.1, RFC 3581 §4).
    public var filledByReceiver: (first: ByteRange, second: ByteRange) {
        receivedParameter.start < rportParameter.start
            ? (receivedParameter, rportParameter) : (rportParameter, receivedParameter)
    }

    /// Where a response to a request goes that came by this path with this top Via.
    ///
    /// Over UDP to the source address, and to its port if `rport` was asked for, else to the port of
    /// sent-by. `maddr` is ignored: it is for multicast, which we don't listen to, and would let a
    /// stranger aim our answers at anybody without even faking an address.
    public func destination(over path: ReceivedFrom) -> Endpoint {
        guard !path.transport.isReliable, !hasRPort else { return path.source }
        return Endpoint(address: path.source.address, port: port ?? 5060)
    }
}
