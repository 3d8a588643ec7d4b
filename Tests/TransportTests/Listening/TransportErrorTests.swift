import Glibc
import Testing

@testable import Transport

@Suite struct TransportErrorTests {
    @Test(arguments: [
        (EADDRINUSE, "address already in use; stop the other program or choose another port"),
        (EADDRNOTAVAIL, "this host has no such address; choose one that `ip address` shows"),
        (EACCES, "permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, choose another port"),
        (EAFNOSUPPORT, "this host has no IPv6; listen on an IPv4 address"),
        (ENETDOWN, "network is down; choose another address or port"),
        (99_999, "error 99999; choose another address or port"),
    ])
    func aRefusedListenerIsOneSentence(errno: Int32, words: String) {
        let error = TransportError.cannotListen(listener: "udp:127.0.0.1:5060", errno: errno)
        #expect(error.description == "udp:127.0.0.1:5060: \(words)")
    }

    @Test func aLoopThatCannotStartSaysWhatToRaise() {
        let error = TransportError.cannotStart(errno: EMFILE)
        #expect(
            error.description
                == "network loop: too many open files; raise the limits on threads, files and memory"
        )
    }
}
