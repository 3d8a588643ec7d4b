internal import CSocket
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import SIPMessage
internal import Synchronization
internal import Timing

/// A page that is made anew for whoever asks.
public struct Page: Sendable {
    /// Content-Type.
    public var contentType: String
    /// The body.
    public var text: String

    /// Pairs the two.
    public init(contentType: String, text: String) {
        self.contentType = contentType
        self.text = text
    }
}

/// One page over HTTP, on an event loop of its own: GET of its path, nothing else.
///
/// A connection carries one request and is closed after the answer; a few at a time are let in, and one that has not
/// taken its answer within a few seconds is closed whatever it is doing. So nobody can make it grow or wait.
public final class PageServer: Sendable {
    /// The path whose page is served, such as `/metrics`.
    public let path: String
    /// What is listened on, with the real port.
    public let endpoint: Endpoint
    /// Listener and loop, until they are stopped.
    private let running: Mutex<(server: any Channel, group: MultiThreadedEventLoopGroup)?>

    /// Most connections at a time.
    public static let maximumConnections = 16
    /// Seconds from a connection's opening within which all must be done.
    public static let patience = 10

    /// Makes the page: is given the request's Accept, on the server's loop, and calls back from wherever it likes,
    /// once, nil if there is nothing to tell now. It must not wait.
    public typealias Author =
        @Sendable (_ accept: String, _ done: @escaping @Sendable (Page?) -> Void) -> Void

    /// Listens, and answers from then on. Throws ``TransportError``, and then nothing is left open.
    ///
    /// - Parameter patience: how long a connection may take, in milliseconds.
    public init(
        listening address: ListenAddress,
        path: String,
        patience: Int = PageServer.patience * 1_000,
        author: @escaping Author,
    ) throws(TransportError) {
        self.path = path
        var local = try address.resolve()
        var options = csocket_tcp_options(halfOpenTimeout: .seconds(30))
        let descriptor = csocket_open_tcp(&local, 16, &options)
        guard descriptor >= 0 else {
            throw .cannotListen(listener: address.description, errno: -descriptor)
        }
        // The loop's thread starts here; signals are the main thread's.
        var before = csocket_signal_mask()
        csocket_block_signals(&before)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        csocket_restore_signals(&before)
        let visitors = Visitors()
        let bootstrap = ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                guard visitors.enter() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in visitors.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(
                        withPipeliningAssistance: false,
                        withErrorHandling: true
                    )
                    try pipeline.addHandler(PageVisit(path: path, patience: patience, author: author))
                }
            }
        do {
            let server = try bootstrap.withBoundSocket(descriptor).wait()
            endpoint = Endpoint(server.localAddress)
            running = Mutex((server, group))
        } catch {
            try? group.syncShutdownGracefully()
            throw .cannotListen(
                listener: address.description,
                errno: (error as? IOError)?.errnoCode ?? 0
            )
        }
    }

    deinit { stop() }

    /// Closes the listener and all connections, and waits for the loop's thread.
    public func stop() {
        let running = running.withLock { running in
            defer { running = nil }
            return running
        }
        // What fails here was closed before.
        try? running?.server.close().wait()
        try? running?.group.syncShutdownGracefully()
    }
}

/// How many are in.
private final class Visitors: Sendable {
    private let count = Atomic<Int>(0)

    /// True if there is room for one more.
    func enter() -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= PageServer.maximumConnections else {
            leave()
            return false
        }
        return true
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}

/// One connection: a request, an answer, the end. Lives on the server's loop only.
private final class PageVisit: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let path: String
    private let patience: Int
    private let author: PageServer.Author
    private var isAsked = false
    private var deadline: Scheduled<Void>?

    init(path: String, patience: Int, author: @escaping PageServer.Author) {
        self.path = path
        self.patience = patience
        self.author = author
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: .milliseconds(Int64(patience))) {
            channel.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    /// Only the first request counts, and of it only the head.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let request) = unwrapInboundIn(data), !isAsked else { return }
        isAsked = true
        let asked = request.uri.prefix { $0 != "?" }
        guard asked == path else {
            return answer(.notFound, Page(path), headers: [], in: context)
        }
        guard request.method == .GET else {
            return answer(.methodNotAllowed, Page(path), headers: [("Allow", "GET")], in: context)
        }
        let accept = request.headers["Accept"].joined(separator: ",")
        let visit = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        author(accept) { page in
            eventLoop.execute {
                let (handler, context) = visit.value
                guard context.channel.isActive else { return }
                handler.answer(
                    page == nil ? .serviceUnavailable : .ok,
                    page ?? Page(contentType: "text/plain; charset=utf-8", text: "nothing to tell\n"),
                    headers: [],
                    in: context
                )
            }
        }
    }

    /// Whatever can't be read is answered by NIO's own handler, and then this ends it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(
        _ status: HTTPResponseStatus,
        _ page: Page,
        headers: [(String, String)],
        in context: ChannelHandlerContext,
    ) {
        let body = ByteBuffer(string: page.text)
        var fields = HTTPHeaders(headers)
        fields.add(name: "Content-Type", value: page.contentType)
        fields.add(name: "Content-Length", value: String(body.readableBytes))
        fields.add(name: "Cache-Control", value: "no-store")
        fields.add(name: "Connection", value: "close")
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}

extension Page {
    /// What there is instead.
    fileprivate init(_ path: String) {
        self.init(contentType: "text/plain; charset=utf-8", text: "GET \(path) is all there is\n")
    }
}
