/// The page of metrics while it is written, in Prometheus' text format 0.0.4: there may be tens of thousands of series.
struct ExpositionPage {
  private(set) var bytes: [UInt8] = []
  private var name = ""
  /// What goes before the first sample of the family.
  private var head: String?

  /// What follows is of this family; one without samples is not on the page.
  mutating func begin(_ name: String, _ help: String, _ kind: MetricKind) {
    self.name = name
    head = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  mutating func sample(_ labels: some Sequence<(String, String)>, _ value: Double) { sample("", labels, value) }

  mutating func histogram(_ labels: [(String, String)], _ bounds: [Double], _ counts: [UInt64], _ sum: Double) {
    var total: UInt64 = 0
    for (index, count) in counts.enumerated() {
      total += count
      let bound = index < bounds.count ? ExpositionNumber.text(bounds[index]) : "+Inf"
      sample("_bucket", labels + [("le", bound)], Double(total))
    }
    sample("_sum", labels, sum)
    sample("_count", labels, Double(total))
  }

  private mutating func sample(_ suffix: String, _ labels: some Sequence<(String, String)>, _ value: Double) {
    if let head { append(head) }
    head = nil
    append(name)
    append(suffix)
    var first = true
    for (label, text) in labels {
      append(first ? "{" : ",")
      first = false
      append(label)
      append("=\"")
      append(escaped: text)
      append("\"")
    }
    append(first ? " " : "} ")
    append(ExpositionNumber.text(value))
    append("\n")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func append(escaped text: String) {
    var text = text
    text.withUTF8 { text in
      guard text.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else {
        bytes.append(contentsOf: text)
        return
      }
      for byte in text {
        switch byte {
        case 0x5c: bytes += [0x5c, 0x5c]
        case 0x22: bytes += [0x5c, 0x22]
        case 0x0a: bytes += [0x5c, 0x6e]
        default: bytes.append(byte)
        }
      }
    }
  }
}
