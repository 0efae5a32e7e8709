/// What a file begins with: together with device and inode it tells one file from another.
///
/// A short file has a provisional one that grows with it, up to `full` bytes.
public struct Fingerprint: Hashable, Sendable {
  /// Bytes that a whole fingerprint covers.
  public static let full = 1024
  /// Bytes from which on one alone tells a file from others.
  public static let telling = 32

  /// Bytes covered: 0 to `full`.
  public var length: Int
  public var hash: UInt64

  public static let empty = Fingerprint(length: 0, hash: 0)

  public init(length: Int, hash: UInt64) {
    self.length = length
    self.hash = hash
  }

  public var isWhole: Bool { length >= Self.full }
}
