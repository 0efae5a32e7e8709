import Bytes

/// `sampling`: keeps a share of the entries.
///
/// What decides is where the line is in its file, so that one that is read again is decided again in the same way.
struct CompiledSampling: ~Copyable, Sendable {
  /// Entries whose number is below it are kept; the numbers are spread over 0 to 2^53.
  var limit: UInt64
  /// Distinguishes the stages of a pipeline.
  var number: UInt64
  var reason: Int

  init(rate: Double, number: UInt64, reason: Int) {
    limit = UInt64(max(0, min(1, rate)) * 0x1p53)
    self.number = number
    self.reason = reason
  }
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledSampling) {
    var place = (offset, stage.number)
    let hash = withUnsafeBytes(of: &place) { Hash.bytes($0, seed: fileSeed) }
    if hash >> 11 >= stage.limit { drop(stage.reason) }
  }
}
