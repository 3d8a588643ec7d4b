internal import SIPMessage

/// The line that shuts a source out before it reaches the registrar: text to read and to paste, run by nobody here.
///
/// It is put before all other rules, for one at the end would come after those that let SIP in.
struct FirewallLine {
    let source: IPAddress

    /// For nftables, with the table and chain that most distributions begin with.
    var nftables: String {
        "nft insert rule inet filter input \(source.isIPv4 ? "ip" : "ip6") saddr \(source) counter drop"
    }

    /// For iptables, or ip6tables.
    var iptables: String { "\(source.isIPv4 ? "iptables" : "ip6tables") -I INPUT -s \(source) -j DROP" }
}
