import Positions
import Syscalls
import Telemetry

/// What was read and is not acknowledged, worked out when the page is asked for.
enum UnackedMetrics {
  static func register(_ table: PositionTable, in registry: MetricRegistry) {
    let names = ["path", "client"]
    registry.computed(
      "swiftail_unacked_bytes", "Bytes of a file that were read and that a client has not acknowledged."
    ) {
      table.unacked.map { one in
        (labels: [(names[0], one.path), (names[1], one.client)], value: Double(one.bytes))
      }
    }
    registry.computed(
      "swiftail_oldest_unacked_seconds",
      "How long ago the oldest line of a file was read that a client has not acknowledged."
    ) {
      let now = Clock.wall()
      return table.unacked.map { one in
        (labels: [(names[0], one.path), (names[1], one.client)], value: Double(max(0, now - one.since)) / 1e9)
      }
    }
  }
}
