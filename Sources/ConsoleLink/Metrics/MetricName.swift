/// Every metric that regtop tells: the one table of names, which scripts and dashboards may rely on.
public enum MetricName: String, CaseIterable, Sendable {
    case buildInfo = "regtop_build_info"
    case startTime = "regtop_start_time_seconds"
    case cpu = "regtop_cpu_seconds"
    case memory = "regtop_resident_memory_bytes"
    case loops = "regtop_loops"
    case consoles = "regtop_consoles"
    case logLost = "regtop_log_lines_lost"

    case bindings = "regtop_bindings"
    case addressesOfRecord = "regtop_addresses_of_record"
    case tombstones = "regtop_tombstones"
    case behindNAT = "regtop_bindings_behind_nat"
    case ipv6 = "regtop_bindings_ipv6"
    case peak = "regtop_bindings_peak"
    case ending = "regtop_bindings_ending"
    case missedBeats = "regtop_bindings_late"
    case outages = "regtop_outages"
    case reachability = "regtop_bindings_reachability"
    case registrations = "regtop_registrations"
    case removals = "regtop_bindings_removed"
    case restored = "regtop_bindings_restored"
    case rolledBack = "regtop_changes_rolled_back"

    case replies = "regtop_replies"
    case retransmissions = "regtop_replies_repeated"
    case shed = "regtop_requests_shed"
    case attempts = "regtop_attempts"
    case replyDelay = "regtop_reply_delay_seconds"
    case attemptsKept = "regtop_attempts_kept"
    case monitorBytes = "regtop_monitor_bytes"
    case exchangesLost = "regtop_exchanges_lost"
    case sampling = "regtop_sampled_one_in"

    case calls = "regtop_calls"
    case callsOpen = "regtop_calls_open"
    case callsDropped = "regtop_calls_messages_dropped"
    case callsUnsent = "regtop_calls_messages_unsent"
    case callsRingFill = "regtop_calls_ring_fill_ratio"

    case blocks = "regtop_blocks"
    case draining = "regtop_draining"

    case received = "regtop_messages_received"
    case receivedBytes = "regtop_received_bytes"
    case wakeUps = "regtop_loop_wakeups"
    case keepAlives = "regtop_keepalives"
    case unusable = "regtop_messages_unusable"
    case socketDrops = "regtop_socket_drops"
    case sent = "regtop_messages_sent"
    case sendErrors = "regtop_send_errors"
    case sendDrops = "regtop_send_drops"
    case ringFill = "regtop_ring_fill_ratio"
    case connections = "regtop_connections"
    case connectionsRefused = "regtop_connections_refused"

    case storeUp = "regtop_store_up"
    case storeQueued = "regtop_store_queued"
    case storeCommits = "regtop_store_commits"
    case storeChanges = "regtop_store_changes"
    case storeFailures = "regtop_store_failures"
    case storeLast = "regtop_store_last_commit_seconds"
    case storeLongest = "regtop_store_longest_commit_seconds"
    case storeSize = "regtop_store_size_bytes"
    case historyLines = "regtop_history_lines"
    case historyOldest = "regtop_history_oldest_timestamp_seconds"

    /// How its values are to be read.
    public var kind: Metric.Kind { row.0 }
    /// The names of its labels, in their order.
    public var labels: [String] { row.1 }
    /// One sentence: what is counted.
    public var help: String { row.2 }

    /// The metric with these values; labels get their names from the table.
    ///
    /// - Parameter samples: values of the labels in their order, and what is counted.
    public func metric(_ samples: [(labels: [String], value: Double)]) -> Metric {
        Metric(
            rawValue,
            kind,
            help: help,
            samples: samples.map { sample in
                Metric.Sample(sample.value, labels: zip(labels, sample.labels).map { [$0, $1] })
            }
        )
    }

    /// A metric that stands alone.
    public func metric(_ value: Double) -> Metric { metric([([], value)]) }
}

extension MetricName {
    private var row: (Metric.Kind, [String], String) {
        process ?? bindingRow ?? traffic ?? calling ?? loop ?? store
    }

    private var process: (Metric.Kind, [String], String)? {
        switch self {
        case .buildInfo: (.gauge, ["version"], "Always 1; the label says which regtop this is.")
        case .startTime: (.gauge, [], "When the registrar started, in seconds since 1970.")
        case .cpu: (.counter, [], "Processor time that the process has used, in seconds.")
        case .memory: (.gauge, [], "Memory of the process that is in RAM, in bytes.")
        case .loops: (.gauge, ["kind"], "Network loops at work, by kind: udp or stream.")
        case .consoles: (.gauge, [], "Consoles and scripts that are attached.")
        case .logLost: (.counter, [], "Lines of the log that found no room on its disk or in its queue.")
        default: nil
        }
    }

    private var bindingRow: (Metric.Kind, [String], String)? {
        switch self {
        case .bindings: (.gauge, ["transport"], "Bindings, by the transport that they came over.")
        case .addressesOfRecord: (.gauge, [], "Addresses of record that have a binding.")
        case .tombstones: (.gauge, [], "Bindings that have left and are remembered.")
        case .behindNAT: (.gauge, [], "Bindings whose contact is not where their packets come from.")
        case .ipv6: (.gauge, [], "Bindings over IPv6.")
        case .peak: (.gauge, [], "The most bindings at one moment since the start.")
        case .ending: (.gauge, [], "Bindings that end within 60 seconds unless they are refreshed.")
        case .missedBeats:
            (.gauge, [], "Bindings that have missed their beat: not refreshed when they usually are.")
        case .outages: (.gauge, [], "Sites or kinds of device most of whose bindings have missed their beat.")
        case .reachability:
            (
                .gauge, ["state"],
                "Bindings by what connections and pings tell: connected, disconnected, answering, "
                    + "never_answered, stopped_answering or ghost; one may be in two states or in none."
            )
        case .registrations:
            (
                .counter, ["result"],
                "What REGISTER requests did to bindings: new, refreshed, moved or unregistered. Exact."
            )
        case .removals:
            (
                .counter, ["cause"],
                "Bindings that have left, by cause: unregistered, expired, displaced, expired_by_operator, "
                    + "evicted_by_operator, connection_lost or silent. Exact."
            )
        case .restored: (.counter, [], "Bindings that an undo has put back.")
        case .rolledBack:
            (.counter, [], "Changes that were taken back because the store could not commit them.")
        default: nil
        }
    }

    private var traffic: (Metric.Kind, [String], String)? {
        switch self {
        case .replies: (.counter, ["status"], "Replies sent, by status code, repeated ones included. Exact.")
        case .retransmissions: (.counter, [], "Replies sent again because the request came again.")
        case .shed:
            (.counter, [], "Requests dropped because their source takes more than its share of a busy loop.")
        case .attempts:
            (
                .counter, ["verdict"],
                "Attempts to register that have ended, by the verdict of the attempts view; successes are "
                    + "estimated while they are sampled."
            )
        case .replyDelay:
            (
                .gauge, ["quantile"],
                "From request to reply over the last minute, in seconds; quantile 1 is the longest."
            )
        case .attemptsKept: (.gauge, [], "Attempts that are kept for the attempts view.")
        case .monitorBytes:
            (.gauge, [], "About what the views keep: bindings in their orders, attempts, sources.")
        case .exchangesLost: (.counter, [], "Exchanges that the views never saw because a ring was full.")
        case .sampling: (.gauge, [], "Of so many successes the views see one; 1: all.")
        case .blocks: (.gauge, [], "Blocks in force.")
        case .draining: (.gauge, [], "1 while newcomers are asked to come again later, else 0.")
        default: nil
        }
    }

    private var calling: (Metric.Kind, [String], String)? {
        switch self {
        case .calls:
            (
                .counter, ["verdict", "method"],
                "Requests other than REGISTER that have ended, by how they ended for who sent them: answered, "
                    + "redirected, challenged, no-answer, busy, declined, cancelled, no-binding, unknown, "
                    + "dead-contact, loop, not-allowed or failed; method is invite or other. Exact."
            )
        case .callsOpen: (.gauge, [], "Requests that are passed on and have no final answer yet.")
        case .callsDropped:
            (.counter, [], "Messages of calls that were dropped because the proxy could not keep up.")
        case .callsUnsent: (.counter, [], "Messages of calls that had no way out.")
        case .callsRingFill:
            (.gauge, [], "Share of the ring from the proxy to the monitor that is unread, 0 to 1.")
        default: nil
        }
    }

    private var loop: (Metric.Kind, [String], String)? {
        switch self {
        case .received: (.counter, ["loop"], "Messages that came in, by loop.")
        case .receivedBytes: (.counter, ["loop"], "Bytes of the messages that came in, by loop.")
        case .wakeUps: (.counter, ["loop"], "How often a loop has taken a batch of messages.")
        case .keepAlives: (.counter, ["loop"], "Keepalives that came in (RFC 5626 section 4.4, pings).")
        case .unusable: (.counter, ["loop"], "Datagrams cut off and streams that could not be framed.")
        case .socketDrops:
            (.counter, ["loop"], "Datagrams that the kernel threw away before the loop took them.")
        case .sent: (.counter, ["loop"], "Messages that the kernel took.")
        case .sendErrors: (.counter, ["loop"], "Messages that the kernel refused, or that had no way out.")
        case .sendDrops: (.counter, ["loop"], "Messages given up because the kernel would take no more.")
        case .ringFill:
            (.gauge, ["loop"], "Share of the ring from a loop to the monitor that is unread, 0 to 1.")
        case .connections: (.gauge, ["transport"], "Open connections, by transport.")
        case .connectionsRefused:
            (
                .counter, ["reason"],
                "Connections that came to nothing: limit, limit_per_source, handshake or upgrade."
            )
        default: nil
        }
    }

    private var store: (Metric.Kind, [String], String) {
        switch self {
        case .storeUp: (.gauge, [], "1 while changes of bindings are durable, 0 while they are not.")
        case .storeQueued: (.gauge, [], "Tickets that wait for the store.")
        case .storeCommits: (.counter, [], "Transactions that the store has committed.")
        case .storeChanges: (.counter, [], "Changes of bindings in those transactions.")
        case .storeFailures: (.counter, [], "Changes that could not be committed.")
        case .storeLast: (.gauge, [], "How long the last transaction took, in seconds.")
        case .storeLongest: (.gauge, [], "How long the longest transaction since the start took, in seconds.")
        case .storeSize: (.gauge, [], "Size of the database with its log, in bytes.")
        case .historyLines: (.gauge, [], "Lines of the history.")
        default: (.gauge, [], "When the oldest line of the history was written, in seconds since 1970.")
        }
    }
}
