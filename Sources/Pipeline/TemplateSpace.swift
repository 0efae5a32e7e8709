import Bytes
import GoCompat
import GoTemplate
import LogModel

/// What template and replace stages need per worker.
final class TemplateSpace {
  let workspace = TemplateWorkspace()
  let names: NameTable
  let templates: [WorkerTemplate]
  /// A line while its parts are replaced, and the named groups among them.
  var replaced = ByteBuffer(capacity: 256)
  var groups = ByteBuffer(capacity: 64)

  init(_ pipeline: CompiledPipeline) {
    names = pipeline.names
    templates = pipeline.templates.map(WorkerTemplate.init)
  }

  deinit { for template in templates { template.fields.deallocate() } }
}

/// The template of a stage.
struct BoundTemplate: Sendable {
  let template: Template
  /// Where its names find their values.
  let fields: [TemplateField]
  /// Whether `.Entry` is the line.
  let seesLine: Bool

  init(_ template: Template, seesLine: Bool, _ names: inout NameTable) {
    self.template = template
    self.seesLine = seesLine
    fields = TemplateField.fields(template, seesLine: seesLine, &names)
  }
}

/// The same for one worker: those that share what is counted wait for one another.
struct WorkerTemplate {
  let template: Template
  /// For as long as the worker's space is there.
  let fields: UnsafeMutableBufferPointer<TemplateField>
  let seesLine: Bool

  init(_ bound: BoundTemplate) {
    template = bound.template.copy()
    fields = .allocate(capacity: bound.fields.count)
    _ = fields.initialize(from: bound.fields)
    seesLine = bound.seesLine
  }
}

/// Where a name of a template finds its value.
enum TemplateField: Sendable {
  case slot(Int)
  /// `.Value`: what the stage is about, or else an extracted value of that name.
  case value(Int)
  /// `.Entry`: the line.
  case entry

  static func fields(_ template: Template, seesLine: Bool, _ names: inout NameTable) -> [TemplateField] {
    template.names.map { name in
      switch name {
      case "Value": .value(names.number(name))
      case "Entry" where seesLine: .entry
      default: .slot(names.number(name))
      }
    }
  }
}

/// The extracted values of a line, as templates see them: all are text, and what has no text form is not there.
struct LineValues: TemplateData {
  /// Of the worker whose line it is.
  unowned(unsafe) let space: TemplateSpace
  let fields: UnsafeMutableBufferPointer<TemplateField>
  let slots: UnsafePointer<Slot>
  let chunk: UnsafePointer<UInt8>
  let fixed: UnsafePointer<UInt8>?
  let made: UnsafePointer<UInt8>
  /// Of the target; those that are among the names are in slots, too.
  let labels: LabelSet
  /// nil when the template does not see it.
  let line: Slice?
  /// `.Value`: the slot it is in, or its bytes.
  var source: Int?
  var value: UnsafeBufferPointer<UInt8>?

  func append(_ number: Int, to out: inout ByteBuffer) -> Bool {
    switch fields[number] {
    case .slot(let slot): return append(slots[slot], to: &out)
    case .value(let fallback): return appendValue(to: &out) || append(slots[fallback], to: &out)
    case .entry:
      guard let line else { return false }
      out.append(bytes(line))
      return true
    }
  }

  func append(named name: String, to out: inout ByteBuffer) -> Bool {
    if name == "Value", appendValue(to: &out) { return true }
    if name == "Entry", let line {
      out.append(bytes(line))
      return true
    }
    if let slot = space.names[name] { return append(slots[slot], to: &out) }
    guard let label = labels[name] else { return false }
    out.append(label)
    return true
  }

  func allNames() -> [String] {
    space.names.names + labels.labels.map(\.name).filter { space.names[$0] == nil } + ["Value", "Entry"]
  }

  private func appendValue(to out: inout ByteBuffer) -> Bool {
    if let value {
      out.append(value)
      return true
    }
    return source.map { append(slots[$0], to: &out) } ?? false
  }

  private func append(_ slot: Slot, to out: inout ByteBuffer) -> Bool {
    switch slot.kind {
    case .absent, .null: return false
    case .text: out.append(bytes(slot.slice))
    case .boolean: out.append(slot.number != 0 ? "true" : "false" as StaticString)
    case .number: GoNumber.appendPlain(slot.number, to: &out)
    }
    return true
  }

  private func bytes(_ slice: Slice) -> UnsafeBufferPointer<UInt8> {
    let base: UnsafePointer<UInt8>? =
      switch slice.source {
      case .chunk: chunk
      case .made: made
      case .fixed: fixed
      }
    return UnsafeBufferPointer(start: base.map { $0 + Int(slice.start) }, count: base == nil ? 0 : Int(slice.count))
  }
}

extension LineContext {
  /// Valid until something is written to `made`.
  func values(_ template: WorkerTemplate, _ labels: LabelSet, _ space: TemplateSpace) -> LineValues {
    LineValues(
      space: space, fields: template.fields, slots: UnsafePointer(slots), chunk: chunk, fixed: fixed,
      made: UnsafePointer(made.base), labels: labels, line: template.seesLine ? line : nil)
  }
}
