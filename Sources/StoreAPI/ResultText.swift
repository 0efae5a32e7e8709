import LogModel
import LogQL
import Store

/// Query results in the shapes of Loki's API.
enum ResultText {
  /// `{"status":"success","data":{"resultType":"streams",…}}`
  ///
  /// - Parameter categorized: structured metadata beside each line instead of among the labels.
  static func streams(_ entries: [StoreEntry], categorized: Bool) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",")
    if categorized { json.raw("\"encodingFlags\":[\"categorize-labels\"],") }
    json.raw("\"result\":")
    write(entries, categorized: categorized, to: &json)
    json.raw(",\"stats\":{}}}")
    return json.bytes
  }

  /// A frame of a live tail.
  static func tail(_ batch: TailBatch) -> String {
    var json = JSONText()
    json.raw("{\"streams\":")
    write(batch.entries, categorized: true, to: &json)
    json.raw(",\"dropped\":")
    json.number(batch.dropped)
    json.raw("}")
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private struct StreamKey: Hashable {
    var stream: LabelSet
    var metadata: [Label]
  }

  private static func write(_ entries: [StoreEntry], categorized: Bool, to json: inout JSONText) {
    var order: [LabelSet] = []
    var places: [LabelSet: Int] = [:]
    var groups: [[Int]] = []
    // Adding metadata to labels takes time; entries of one stream often have the same.
    var known: [StreamKey: LabelSet] = [:]
    for (index, entry) in entries.enumerated() {
      var labels = entry.stream
      if !categorized, !entry.metadata.isEmpty {
        let key = StreamKey(stream: entry.stream, metadata: entry.metadata)
        labels = known[key] ?? entry.stream.adding(entry.metadata)
        known[key] = labels
      }
      if let place = places[labels] {
        groups[place].append(index)
      } else {
        places[labels] = groups.count
        order.append(labels)
        groups.append([index])
      }
    }
    json.array(zip(order, groups)) { json, group in
      json.raw("{\"stream\":")
      write(group.0, to: &json)
      json.raw(",\"values\":")
      json.array(group.1) { json, index in
        json.raw("[\"")
        json.number(Int(entries[index].timestamp))
        json.raw("\",")
        json.string(entries[index].line)
        if categorized {
          json.raw(",{")
          if !entries[index].metadata.isEmpty {
            json.raw("\"structuredMetadata\":")
            write(LabelSet(entries[index].metadata), to: &json)
          }
          json.raw("}")
        }
        json.raw("]")
      }
      json.raw("}")
    }
  }

  static func write(_ labels: LabelSet, to json: inout JSONText) {
    json.object(labels.labels, name: \.name) { json, label in json.string(label.value) }
  }

  /// Samples over a range.
  static func matrix(_ series: [MetricSeries], _ grid: EvaluationGrid) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":")
    json.array(series) { json, one in
      json.raw("{\"metric\":")
      write(one.labels, to: &json)
      json.raw(",\"values\":")
      json.array(one.values.indices.filter { one.values[$0] != nil }) { json, point in
        sample(grid.time(point), one.values[point] ?? .nan, to: &json)
      }
      json.raw("}")
    }
    json.raw(",\"stats\":{}}}")
    return json.bytes
  }

  /// Samples at one time.
  static func vector(_ series: [MetricSeries], time: Int64) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":")
    json.array(series.filter { $0.values.first.flatMap { $0 } != nil }) { json, one in
      json.raw("{\"metric\":")
      write(one.labels, to: &json)
      json.raw(",\"value\":")
      sample(time, one.values[0] ?? .nan, to: &json)
      json.raw("}")
    }
    json.raw(",\"stats\":{}}}")
    return json.bytes
  }

  /// Loki gives the time of a number in milliseconds, unlike that of all other samples.
  static func scalar(_ value: Double, time: Int64) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[")
    json.number(Int(time / 1_000_000))
    json.raw(",")
    json.string(SampleText.text(value))
    json.raw("],\"stats\":{}}}")
    return json.bytes
  }

  private static func sample(_ time: Int64, _ value: Double, to json: inout JSONText) {
    json.raw("[")
    json.append(number: SampleText.seconds(time))
    json.raw(",")
    json.string(SampleText.text(value))
    json.raw("]")
  }

  /// `{"status":"success","data":[…]}`; without `data` when there is none, as Loki answers for labels.
  static func names(_ names: [String]) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"status\":\"success\"")
    if !names.isEmpty {
      json.raw(",\"data\":")
      json.array(names) { json, name in json.string(name) }
    }
    json.raw("}")
    return json.bytes
  }

  static func series(_ series: [LabelSet]) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"status\":\"success\",\"data\":")
    json.array(series) { json, labels in write(labels, to: &json) }
    json.raw("}")
    return json.bytes
  }
}

extension JSONText {
  /// - Parameter text: a number in JSON's form.
  mutating func append(number text: String) { for byte in text.utf8 { append(byte) } }
}

/// Numbers as Prometheus writes them.
enum SampleText {
  /// Seconds with up to three digits of a fraction.
  static func seconds(_ nanoseconds: Int64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let fraction = abs(milliseconds % 1000)
    if fraction == 0 { return String(milliseconds / 1000) }
    var digits = String(repeating: "0", count: 3 - String(fraction).count) + String(fraction)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(milliseconds / 1000).\(digits)"
  }

  /// The shortest decimal that reads back the same, never with an exponent.
  static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    var text = "\(value)"
    if text.hasSuffix(".0") { text.removeLast(2) }
    guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else { return text }
    let isNegative = text.hasPrefix("-")
    let mantissa = text[..<mark].drop { $0 == "-" }
    let whole = mantissa.prefix { $0 != "." }
    var digits = String(whole + mantissa.dropFirst(whole.count + 1))
    if digits.hasSuffix("0"), digits.count > 1, mantissa.hasSuffix(".0") { digits.removeLast() }
    let point = whole.count + exponent
    let plain: String
    if point <= 0 {
      plain = "0." + String(repeating: "0", count: -point) + digits
    } else if point >= digits.count {
      plain = digits + String(repeating: "0", count: point - digits.count)
    } else {
      plain = String(digits.prefix(point)) + "." + String(digits.dropFirst(point))
    }
    return (isNegative ? "-" : "") + plain
  }
}
