internal import CBzip2
internal import CZlib

/// Inflates a compressed stream as its bytes come, in bounded memory. Concatenated streams count as one, as gzip(1) has it.
///
/// Used by one thread at a time.
public final class Decompressor {
  /// What one step did.
  public struct Step: Equatable, Sendable {
    /// Bytes of the input that are done with.
    public var consumed: Int
    /// Bytes of the output that were written.
    public var produced: Int
    /// The bytes are not of this format; nothing more comes out.
    public var isCorrupt: Bool
  }

  private enum Engine {
    case zlib(UnsafeMutablePointer<z_stream>)
    case bzip2(UnsafeMutablePointer<bz_stream>)
  }

  private let format: CompressionFormat
  private var engine: Engine?
  /// Between two streams, or before the first: what follows may be nothing at all.
  public private(set) var isAtStreamEnd = true
  private var isCorrupt = false

  public init(_ format: CompressionFormat) { self.format = format }

  deinit { close() }

  /// Takes bytes and gives what they inflate to. Call again with the rest of the input until neither is moved.
  public func step(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Step {
    var done = Step(consumed: 0, produced: 0, isCorrupt: isCorrupt)
    while !isCorrupt, done.produced < output.count {
      let rest = UnsafeRawBufferPointer(rebasing: input[done.consumed...])
      if isAtStreamEnd {
        if rest.isEmpty { break }
        open()
      }
      let room = UnsafeMutableRawBufferPointer(rebasing: output[done.produced...])
      let (consumed, produced, isEnd) = advance(rest, room)
      done.consumed += consumed
      done.produced += produced
      if isEnd {
        close()
        isAtStreamEnd = true
      } else if consumed == 0, produced == 0 {
        break
      }
    }
    done.isCorrupt = isCorrupt
    return done
  }

  private func open() {
    isAtStreamEnd = false
    switch format {
    case .gzip, .zlib:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      isCorrupt = czlib_open(stream, format == .gzip ? 31 : 15) != Z_OK
      engine = .zlib(stream)
    case .bzip2:
      let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
      stream.initialize(to: bz_stream())
      isCorrupt = BZ2_bzDecompressInit(stream, 0, 0) != BZ_OK
      engine = .bzip2(stream)
    }
  }

  private func close() {
    switch engine {
    case .zlib(let stream):
      inflateEnd(stream)
      stream.deallocate()
    case .bzip2(let stream):
      BZ2_bzDecompressEnd(stream)
      stream.deallocate()
    case nil: break
    }
    engine = nil
  }

  private func advance(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> (Int, Int, Bool) {
    // One step at most: the libraries count in 32 bits.
    let given = UInt32(clamping: input.count)
    let room = UInt32(clamping: output.count)
    switch engine {
    case .zlib(let stream):
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = given
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = room
      let code = inflate(stream, Z_NO_FLUSH)
      isCorrupt = ![Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(code)
      return (Int(given - stream.pointee.avail_in), Int(room - stream.pointee.avail_out), code == Z_STREAM_END)
    case .bzip2(let stream):
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
      stream.pointee.avail_in = given
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
      stream.pointee.avail_out = room
      let code = BZ2_bzDecompress(stream)
      isCorrupt = code != BZ_OK && code != BZ_STREAM_END
      return (Int(given - stream.pointee.avail_in), Int(room - stream.pointee.avail_out), code == BZ_STREAM_END)
    case nil: return (0, 0, false)
    }
  }
}
