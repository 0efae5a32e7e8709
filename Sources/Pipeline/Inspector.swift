import Bytes
import LogModel

/// `-inspect`: says what each stage makes of each line.
public final class Inspector: Sendable {
  private let isColoured: Bool
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - isColoured: what is new is green, what changed yellow, what is gone red.
  ///   - write: takes whole lines.
  public init(isColoured: Bool, write: @escaping @Sendable (String) -> Void) {
    self.isColoured = isColoured
    self.write = write
  }

  /// Shows what differs; for a stage that changed nothing only its name.
  func show(_ stage: String, _ before: InspectedLine, _ after: InspectedLine) {
    var text = "[inspect: \(stage) stage]:\n"
    if after.isDropped {
      text += paint(.gone, "dropped, or held until its rest comes") + "\n"
    } else {
      for (name, value) in after.extracted {
        difference("Extracted[\"\(name)\"]", before.extracted[name], value, &text)
      }
      for (name, value) in before.extracted where after.extracted[name] == nil {
        difference("Extracted[\"\(name)\"]", value, nil, &text)
      }
      difference("Labels", before.labels, after.labels, &text)
      difference("StructuredMetadata", before.metadata, after.metadata, &text)
      difference("Timestamp", before.time, after.time, &text)
      difference("Line", before.line, after.line, &text)
    }
    write(text)
  }

  private enum Change: Int { case gone = 31, new, other }

  private func difference(_ what: String, _ before: String?, _ after: String?, _ text: inout String) {
    if before == after { return }
    text += "\(what):\n"
    let isNew = before == nil
    if let before { text += paint(after == nil ? .gone : .other, "\t-: \(before)") + "\n" }
    if let after { text += paint(isNew ? .new : .other, "\t+: \(after)") + "\n" }
  }

  private func paint(_ change: Change, _ text: String) -> String {
    isColoured ? "\u{1b}[\(change.rawValue)m\(text)\u{1b}[0m" : text
  }
}

/// A line between two stages, as it is shown.
struct InspectedLine {
  var extracted: [String: String] = [:]
  var labels: String
  var metadata: String
  var time: String
  var line: String
  var isDropped: Bool

  init(_ context: inout LineContext, _ pipeline: CompiledPipeline, _ base: LabelSet) {
    for (number, name) in pipeline.names.names.enumerated() {
      guard let value = context.text(context.slots[number]) else { continue }
      extracted[name] = String(decoding: context.bytes(value), as: UTF8.self)
    }
    labels = context.labels(over: base).text
    var pairs: [Label] = []
    for number in pipeline.metadataNames.indices where context.metadata[number].kind == .text {
      let value = context.bytes(context.metadata[number].slice)
      pairs.append(
        Label(
          String(decoding: pipeline.metadataNames[number].bytes, as: UTF8.self), String(decoding: value, as: UTF8.self))
      )
    }
    metadata = LabelSet(pairs).text
    time = "\(context.time.seconds).\(String(context.time.nanoseconds + 1_000_000_000).dropFirst())"
    line = String(decoding: context.bytes(context.line), as: UTF8.self)
    isDropped = context.isDropped
  }
}

extension CompiledStage {
  var isCRI: Bool {
    switch self {
    case .cri: true
    default: false
    }
  }

  /// As configurations write it.
  var name: String {
    switch self {
    case .cri: "cri"
    case .json: "json"
    case .regex: "regex"
    case .logfmt: "logfmt"
    case .labels: "labels"
    case .staticLabels: "static_labels"
    case .labelDrop: "labeldrop"
    case .timestamp: "timestamp"
    case .output: "output"
    case .replace: "replace"
    case .template: "template"
    case .drop: "drop"
    case .labelAllow: "labelallow"
    case .tenant: "tenant"
    case .structuredMetadata: "structured_metadata"
    case .decolorize: "decolorize"
    case .sampling: "sampling"
    case .pack: "pack"
    case .limit: "limit"
    case .eventLogMessage: "eventlogmessage"
    case .match: "match"
    case .multiline: "multiline"
    case .metrics: "metrics"
    case .geoIP: "geoip"
    }
  }
}
