public import Decompression
public import Pipeline
public import TextEncoding

/// How the files of one scrape config are read.
public struct ReadingJob: Sendable {
  /// `decompression:` of the scrape config, enabled.
  public struct Compressed: Sendable {
    /// nil for a name that means nothing: the files are then not read (recorded: files/decompress-unknown-format).
    public var format: CompressionFormat?
    /// How long a new file is left alone: nanoseconds.
    public var initialDelay: Int64

    public init(format: CompressionFormat?, initialDelay: Int64) {
      self.format = format
      self.initialDelay = initialDelay
    }
  }

  /// `encoding:` of the scrape config.
  public enum Encoded: Sendable {
    case known(TextEncoding)
    /// A name that means nothing: the files are then not read (recorded: files/encoding-unknown-name).
    case unknown(String)
  }

  public var pipeline: CompiledPipeline
  public var encoding: Encoded?
  public var compressed: Compressed?

  public init(pipeline: CompiledPipeline, encoding: Encoded? = nil, compressed: Compressed? = nil) {
    self.pipeline = pipeline
    self.encoding = encoding
    self.compressed = compressed
  }

  /// Why the files are not read at all, if they are not.
  var refusal: String? {
    if let compressed, compressed.format == nil { return "decompression needs a format: gz, z or bz2" }
    if case .unknown(let name) = encoding { return "the encoding \"\(name)\" is not known" }
    return nil
  }
}
