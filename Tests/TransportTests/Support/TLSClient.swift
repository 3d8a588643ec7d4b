import NIOCore
import NIOPosix
import NIOSSL
import SIPMessage
import Synchronization

@testable import Transport

/// The files of Tests/Fixtures/tls.
enum TestFiles {
    static func path(_ name: String) -> String {
        // The test target's folder is beside Fixtures, wherever the repository lies.
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(here)/Fixtures/tls/\(name)"
    }

    static func server(_ name: String = "server", authorities: Bool = false, required: Bool = false)
        -> TLSFiles
    {
        TLSFiles(
            certificate: path("\(name).pem"),
            key: path("\(name).key"),
            clientAuthorities: authorities ? path("authority.pem") : nil,
            requireClientCertificate: required,
        )
    }

    static func certificate(_ name: String) throws -> NIOSSLCertificate {
        try NIOSSLCertificate.fromPEMFile(path("\(name).pem"))[0]
    }
}

/// A phone's connection over TLS, made by another hand than the server's where there is one: NIO's client side.
final class TLSClient: StreamClient {
    private final class Inbox: Sendable {
        struct Contents {
            var bytes: [UInt8] = []
            var isClosed = false
        }
        let contents = Mutex(Contents())
        let arrivals = Arrivals()

        func change(_ body: (inout Contents) -> Void) {
            contents.withLock { body(&$0) }
            arrivals.signal()
        }
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let inbox: Inbox
        let handshake: EventLoopPromise<Void>

        init(_ inbox: Inbox, _ handshake: EventLoopPromise<Void>) {
            self.inbox = inbox
            self.handshake = handshake
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            // The only event before data is that the handshake is done.
            handshake.succeed()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            inbox.change { $0.bytes += bytes }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            handshake.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            handshake.fail(ChannelError.eof)
            inbox.change { $0.isClosed = true }
        }
    }

    private let channel: any Channel
    private let inbox: Inbox
    /// What the client believes to have agreed on, and whom it talks to.
    let version: NIOSSL.TLSVersion?
    let serverCertificate: NIOSSLCertificate?

    /// `certificate` names the client's own among the fixtures.
    init(
        to destination: Endpoint,
        certificate: String? = nil,
        minimum: NIOSSL.TLSVersion = .tlsv1,
        maximum: NIOSSL.TLSVersion? = nil,
    ) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = minimum
        configuration.maximumTLSVersion = maximum
        configuration.trustRoots = .file(TestFiles.path("authority.pem"))
        if let certificate {
            configuration.certificateChain = [.certificate(try TestFiles.certificate(certificate))]
            let key = try NIOSSLPrivateKey(file: TestFiles.path("\(certificate).key"), format: .pem)
            configuration.privateKey = .privateKey(key)
        }
        let context = try NIOSSLContext(configuration: configuration)
        let inbox = Inbox()
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let handshake = loop.makePromise(of: Void.self)
        let connecting = ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let tls = try NIOSSLClientHandler(context: context, serverHostname: "sip.example")
                try channel.pipeline.syncOperations.addHandlers([tls, Receiver(inbox, handshake)])
            }
        }
        do {
            channel = try connecting.connect(host: "127.0.0.1", port: Int(destination.port)).wait()
        } catch {
            handshake.fail(error)
            throw error
        }
        self.inbox = inbox
        try handshake.futureResult.wait()
        version = try channel.nioSSL_tlsVersion().wait()
        serverCertificate = try channel.nioSSL_peerCertificate().wait()
    }

    deinit { channel.close(promise: nil) }

    var endpoint: Endpoint { Endpoint(channel.localAddress) }

    func send(_ bytes: [UInt8]) throws {
        try channel.writeAndFlush(ByteBuffer(bytes: bytes)).wait()
    }

    func receiveBytes(_ count: Int) throws -> [UInt8] {
        while true {
            let (isEnough, isClosed) = inbox.contents.withLock { ($0.bytes.count >= count, $0.isClosed) }
            if isEnough || isClosed || !inbox.arrivals.wait(seconds: 5) { break }
        }
        return inbox.contents.withLock { contents in
            defer { contents.bytes.removeFirst(min(count, contents.bytes.count)) }
            return Array(contents.bytes.prefix(count))
        }
    }

    func isClosedByPeer() -> Bool {
        while !inbox.contents.withLock(\.isClosed) {
            guard inbox.arrivals.wait(seconds: 5) else { return false }
        }
        return true
    }
}
