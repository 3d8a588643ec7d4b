import ConsoleLink
import Testing

@Suite("Metrics as text")
struct MetricTextTests {
    private let metrics = [
        MetricName.buildInfo.metric([(["1.2"], 1)]),
        MetricName.replies.metric([(["200"], 12), (["401"], 3)]),
        MetricName.replyDelay.metric([(["0.5"], 0.00025)]),
        MetricName.addressesOfRecord.metric(7),
    ]

    @Test("OpenMetrics: type, unit and help of the family, counters with _total, an end")
    func openMetrics() {
        #expect(
            MetricText.openMetrics.text(metrics) == """
                # TYPE regtop_build info
                # HELP regtop_build Always 1; the label says which regtop this is.
                regtop_build_info{version="1.2"} 1
                # TYPE regtop_replies counter
                # HELP regtop_replies Replies sent, by status code, repeated ones included. Exact.
                regtop_replies_total{status="200"} 12
                regtop_replies_total{status="401"} 3
                # TYPE regtop_reply_delay_seconds gauge
                # UNIT regtop_reply_delay_seconds seconds
                # HELP regtop_reply_delay_seconds From request to reply over the last minute, in seconds; \
                quantile 1 is the longest.
                regtop_reply_delay_seconds{quantile="0.5"} 0.00025
                # TYPE regtop_addresses_of_record gauge
                # HELP regtop_addresses_of_record Addresses of record that have a binding.
                regtop_addresses_of_record 7
                # EOF

                """
        )
    }

    @Test("Plain text: a counter's family has its suffix, there is no unit, no info and no end")
    func prometheus() {
        let text = MetricText.prometheus.text(metrics)
        #expect(text.contains("# TYPE regtop_build_info gauge\n"))
        #expect(
            text.contains("# TYPE regtop_replies_total counter\nregtop_replies_total{status=\"200\"} 12\n")
        )
        #expect(!text.contains("# UNIT") && !text.contains("# EOF"))
    }

    @Test("Nothing in a label or a help ends its line or its quotes")
    func escaping() {
        let hostile = Metric(
            "regtop_x",
            .gauge,
            help: "a \"b\"\nc\\",
            samples: [Metric.Sample(1, labels: [["l", "q\"\nregtop_y 1\\\u{1b}[2J"]])]
        )
        let text = MetricText.openMetrics.text([hostile])
        #expect(text.split(separator: "\n").count == 4)
        #expect(text.contains("# HELP regtop_x a \\\"b\\\"\\nc\\\\\n"))
        #expect(text.contains("regtop_x{l=\"q\\\"\\nregtop_y 1\\\\\u{fffd}[2J\"} 1\n"))
        #expect(MetricText.prometheus.text([hostile]).contains("# HELP regtop_x a \"b\"\\nc\\\\\n"))
    }

    @Test(
        "Values are written as both formats read them",
        arguments: [
            (0.0, "0"), (1e15, "1000000000000000"), (0.5, "0.5"), (-3, "-3"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"), (0.00001, "1e-05"),
        ]
    )
    func values(value: Double, text: String) {
        let metric = Metric("regtop_x", .gauge, help: "x", samples: [Metric.Sample(value)])
        #expect(MetricText.prometheus.text([metric]).hasSuffix("\nregtop_x \(text)\n"))
    }

    @Test(
        "Accept decides; who says nothing gets OpenMetrics",
        arguments: [
            ("", MetricText.openMetrics), ("*/*", .openMetrics), ("text/plain", .prometheus),
            ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .prometheus),
            (
                "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.2",
                .openMetrics
            ),
            ("text/plain;q=0.9, application/openmetrics-text;q=0.1", .prometheus),
            (";;q=,,text/plain;q=x", .prometheus),
        ]
    )
    func accept(header: String, form: MetricText) {
        #expect(MetricText(accept: header) == form)
    }

    @Test("The table's names are good names: one prefix, unit last, no suffix of the format, each once")
    func names() {
        #expect(Set(MetricName.allCases.map(\.rawValue)).count == MetricName.allCases.count)
        for name in MetricName.allCases {
            #expect(name.rawValue.hasPrefix("regtop_"))
            #expect(
                name.rawValue.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
            )
            for suffix in ["_total", "_count", "_sum", "_bucket", "_created"] {
                #expect(!name.rawValue.hasSuffix(suffix))
            }
            #expect(name.help.hasSuffix(".") && !name.help.contains("\n"))
        }
    }
}
