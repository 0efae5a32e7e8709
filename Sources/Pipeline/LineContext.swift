import Bytes
import GoCompat
import JMESPath
import LogModel

/// One line on its way through the stages: its bytes, its time, what was extracted and which labels it has by now.
///
/// One per worker and pipeline; nothing in it is allocated per line once its buffers have grown.
struct LineContext: ~Copyable {
  let chunk: UnsafePointer<UInt8>
  let fixed: UnsafePointer<UInt8>?
  var made: ByteBuffer
  var line: Slice
  var time: Timestamp
  /// Seconds east of UTC of the zone that the time was written in.
  var zone: Int32 = 0
  /// The same of the time of reading.
  let localZone: Int32
  var isDropped = false
  /// Place of the reason under which a drop is to be counted; -1: it is not counted, or the line is only held.
  var dropReason = -1
  /// Where the line begins in its file.
  var offset: UInt64 = 0
  /// When the line was read: what its time is if no stage stamps it, in nanoseconds since 1970.
  var lineReadTime: Int64 = 0
  /// An entry was made whose time is that.
  var hasReadTimes = false
  /// On the monotonic clock: nanoseconds.
  let now: Int64
  /// Until when the file is to wait before its next line, for a rate.
  var pausedUntil: Int64 = 0
  /// Distinguishes the file from others.
  let fileSeed: UInt64
  let slots: UnsafeMutablePointer<Slot>
  let slotCount: Int
  /// What the slots are before the first stage: the labels of the target.
  let first: UnsafePointer<Slot>
  /// Labels that a stage may set or take away: `.absent` leaves the target's value, `.null` takes it away.
  let labels: UnsafeMutablePointer<Slot>
  let labelCount: Int
  let labelNames: [String]
  /// Labels of the target that have no number are taken away.
  private(set) var hidesOtherLabels = false
  /// What tells the labels of this line from those of others of its file: each label that a stage touched has a share
  /// in it. 0: none did.
  private(set) var labelsHash: UInt64 = 0
  /// Those shares.
  let labelShares: UnsafeMutablePointer<UInt64>
  /// Structured metadata, by the number of its name.
  let metadata: UnsafeMutablePointer<Slot>
  let metadataCount: Int
  let year: Int
  /// For what is written before it is known where it goes.
  var scratch = ByteBuffer(capacity: 256)

  @inline(__always)
  func bytes(_ slice: Slice) -> UnsafeBufferPointer<UInt8> {
    let base: UnsafePointer<UInt8> =
      switch slice.source {
      case .chunk: chunk
      case .made: UnsafePointer(made.base)
      case .fixed: fixed!
      }
    return UnsafeBufferPointer(start: base + Int(slice.start), count: Int(slice.count))
  }

  /// The text of a slot, or nil for one without a text form.
  mutating func text(_ slot: Slot) -> Slice? {
    switch slot.kind {
    case .absent, .null: return nil
    case .text: return slot.slice
    case .boolean: return write { $0.append(slot.number != 0 ? "true" : "false") }
    case .number: return write { GoNumber.appendPlain(slot.number, to: &$0) }
    }
  }

  /// Hands the bytes that stages wrote over to the block whose entries refer to them.
  consuming func takeMade() -> ByteBuffer { made }

  /// Writes new bytes and says where they are.
  mutating func write(_ body: (inout ByteBuffer) -> Void) -> Slice {
    let start = made.count
    body(&made)
    return Slice(.made, start, made.count - start)
  }

  /// Moves bytes that lie elsewhere, such as in a parsed document, to where slots can refer to them.
  mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>) -> Slice {
    let start = made.count
    made.append(bytes)
    return Slice(.made, start, bytes.count)
  }

  /// One after another with something between them.
  mutating func concatenate(_ a: Slice, _ middle: Slice, _ b: Slice) -> Slice {
    let count = Int(a.count) + Int(middle.count) + Int(b.count)
    // Room first, so that what was made itself stays where it is.
    made.reserve(count)
    let start = made.count
    made.append(bytes(a))
    made.append(bytes(middle))
    made.append(bytes(b))
    return Slice(.made, start, count)
  }

  mutating func drop(_ reason: Int) {
    isDropped = true
    dropReason = reason
  }

  /// The value that a label has by now.
  func label(_ reference: LabelReference) -> Slice? {
    let label = labels[reference.label]
    switch label.kind {
    case .text: return label.slice
    case .absent: return first[reference.name].kind == .text ? first[reference.name].slice : nil
    default: return nil
    }
  }

  /// Not to be foreseen, so that nobody who writes lines can make two label sets share a hash.
  private static let secret = UInt64.random(in: .min ... .max)

  @inline(__always)
  mutating func setLabel(_ label: Int, _ value: Slot) {
    labels[label] = value
    var share = Self.secret ^ UInt64(truncatingIfNeeded: label &* 4 &+ Int(value.kind.rawValue))
    share = value.kind == .text ? Hash.bytes(bytes(value.slice), seed: share) : Hash.mix(share, share >> 32)
    labelsHash ^= labelShares[label] ^ share
    labelShares[label] = share
  }

  mutating func hideOtherLabels() {
    if hidesOtherLabels { return }
    hidesOtherLabels = true
    labelsHash ^= Self.secret
  }

  /// As the target has them.
  mutating func clearLabels() {
    hidesOtherLabels = false
    if labelsHash != 0 { resetLabels() }
  }

  /// The same, whatever another context has left in the storage.
  mutating func resetLabels() {
    labelsHash = 0
    for index in 0..<labelCount {
      labels[index] = .absent
      labelShares[index] = 0
    }
  }

  /// The labels' hash, mixed with what distinguishes a stage from others.
  @inline(__always) func labelHash(seed: UInt64) -> UInt64 { labelsHash ^ (seed &* 0x9E37_79B9_7F4A_7C15) }

  /// The label set of this line: the target's labels with what the stages did to them.
  func labels(over base: LabelSet) -> LabelSet {
    var all = hidesOtherLabels ? .empty : base
    for index in 0..<labelCount {
      switch labels[index].kind {
      case .absent where hidesOtherLabels: all[labelNames[index]] = base[labelNames[index]]
      case .text: all[labelNames[index]] = String(decoding: bytes(labels[index].slice), as: UTF8.self)
      case .null: all[labelNames[index]] = nil
      default: break
      }
    }
    return all
  }
}
