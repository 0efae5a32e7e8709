import Bytes
import GoCompat
public import LogModel
import Telemetry

/// A stage with everything decided at start-up.
enum CompiledStage: ~Copyable, Sendable {
  case cri(CompiledCRI)
  case json(CompiledJSON)
  case regex(CompiledRegex)
  case logfmt(CompiledLogfmt)
  case labels(CompiledLabels)
  case staticLabels(CompiledStaticLabels)
  case labelDrop(CompiledLabelDrop)
  case timestamp(CompiledTimestamp)
  case output(CompiledOutput)
  case replace(CompiledReplace)
  case template(CompiledTemplate)
  case drop(CompiledDrop)
  case labelAllow(CompiledLabelAllow)
  case tenant(CompiledTenant)
  case structuredMetadata(CompiledStructuredMetadata)
  case decolorize(CompiledDecolorize)
  case sampling(CompiledSampling)
  case pack(CompiledPack)
  case limit(CompiledLimit)
  case eventLogMessage(CompiledEventLogMessage)
  case match(CompiledMatch)
  case multiline(CompiledMultiline)
  case metrics(CompiledMetrics)
  case geoIP(CompiledGeoIP)
}

/// What is to be seen of lines on their way, for people who try a configuration.
public struct Inspection: Sendable {
  /// Told of each stage and line.
  public var inspector: Inspector?
  /// Entries carry the zone that their time was written in (`PushRequest.zone`).
  public var notesZones: Bool

  public init(inspector: Inspector? = nil, notesZones: Bool = false) {
    self.inspector = inspector
    self.notesZones = notesZones
  }

  var isActive: Bool { inspector != nil || notesZones }
}

/// A scrape config's `pipeline_stages`, compiled: names have become slots, layouts and expressions are parsed.
///
/// Immutable and shared; what changes per line is in `PipelineRunner`, what is remembered per file in `PipelineState`.
public final class CompiledPipeline: Sendable {
  let stages: InPlace<CompiledStage>
  let names: NameTable
  /// What slots hold where nothing is known: files share it.
  private let absent: [Slot]
  let labelNames: [String]
  /// The names of slots as bytes, and for each the number of the label of its name.
  let nameBytes: [[UInt8]]
  let labelOfName: [Int?]
  /// Names of structured metadata.
  let metadataNames: InPlace<ByteBuffer>
  /// Reasons under which drops are counted.
  let dropReasons: [String]
  let constants: [UInt8]
  let templates: [BoundTemplate]
  let registry: MetricRegistry
  let inspection: Inspection
  /// The most capturing groups of any expression.
  let groupCount: Int
  /// Timestamp stages are numbered below it.
  let memoCount: Int
  /// Pipelines of no stage, or of `cri` alone, run from the read buffer to the wire without slots.
  let shape: Shape

  enum Shape: Sendable { case plain, cri, general }

  init(
    stages: consuming InPlace<CompiledStage>, names: NameTable, labels: NameTable, metadata: NameTable = NameTable(),
    constants: [UInt8] = [], templates: [BoundTemplate] = [],
    dropReasons: [String] = [], registry: MetricRegistry, inspection: Inspection = Inspection()
  ) {
    self.names = names
    absent = [Slot](repeating: .absent, count: names.names.count)
    labelNames = labels.names
    nameBytes = names.names.map { Array($0.utf8) }
    labelOfName = names.names.map { labels[$0] }
    self.constants = constants
    self.templates = templates
    var metadataNames = InPlace<ByteBuffer>()
    for name in metadata.names {
      var bytes = ByteBuffer(capacity: name.utf8.count)
      bytes.append(name)
      metadataNames.append(bytes)
    }
    self.metadataNames = metadataNames
    self.dropReasons = dropReasons
    self.registry = registry
    self.inspection = inspection
    var groups = 0
    var memos = 0
    for index in 0..<stages.count {
      switch stages[index] {
      case .regex(let regex): groups = max(groups, regex.regex.groupCount)
      case .timestamp(let timestamp): memos = max(memos, Int(timestamp.number) + 1)
      case .cri(let cri): memos = max(memos, Int(cri.timestamp.number) + 1)
      default: break
      }
    }
    groupCount = groups
    memoCount = memos
    if inspection.isActive {
      shape = .general
    } else if stages.isEmpty {
      shape = .plain
    } else {
      shape = stages.count == 1 && stages[0].isCRI ? .cri : .general
    }
    self.stages = stages
  }

  /// What is remembered of one file from its first line on.
  public func makeState(labels: LabelSet) -> PipelineState {
    PipelineState(labels: labels, names: names, constants: constants, absent: absent)
  }
}
