/// How a file is compressed, by the names that Promtail's `decompression.format` has.
public enum CompressionFormat: String, Sendable, CaseIterable {
  case gzip = "gz"
  case zlib = "z"
  case bzip2 = "bz2"

  /// What the end of a file's name says, nil for a name that says nothing. `.z` is left out: it stands for several things.
  public init?(fileName: some StringProtocol) {
    if fileName.hasSuffix(".gz") {
      self = .gzip
    } else if fileName.hasSuffix(".bz2") {
      self = .bzip2
    } else {
      return nil
    }
  }
}
