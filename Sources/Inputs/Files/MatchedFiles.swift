public import Positions
public import Syscalls
public import Tailing

/// A file that a target names, as it is on disk and as far as it is read.
public struct MatchedFile: Hashable, Sendable {
  public var path: String
  /// Bytes; nil where the path refers to nothing (any more), and the file is still read.
  public var size: UInt64?
  /// Nanoseconds since 1970.
  public var modified: Int64?
  /// Bytes that every client has acknowledged; nil for a file that is not being read.
  public var acked: UInt64?
  /// The same, client by client.
  public var offsets: [String: UInt64]
  /// Why it cannot be read.
  public var failure: String?

  /// Bytes that not every client has.
  public var lag: UInt64 { size.map { $0 - min($0, acked ?? 0) } ?? 0 }
}

/// Looks at the files of targets, of all at the same moment.
public struct MatchedFiles {
  private let files: any FileSystem
  private let listings: DirectoryListings
  /// Each with the names of its path, by job.
  private var positions: [String: [(names: [Substring], position: FilePosition)]] = [:]

  /// - Parameter positions: of all files that are read.
  public init(files: any FileSystem, positions: [FilePosition]) {
    self.files = files
    listings = DirectoryListings(files)
    for position in positions {
      self.positions[position.job, default: []].append((Glob.names(position.path), position))
    }
  }

  /// In the order of their paths.
  public func of(_ target: FileTarget) -> [MatchedFile] {
    let glob = Glob(target.path)
    let exclude = target.exclude.isEmpty ? nil : Glob(target.exclude)
    func isMatched(_ path: String, _ names: [Substring]) -> Bool {
      (path == target.path || glob?.matches(names) == true) && path != target.exclude
        && exclude?.matches(names) != true
    }
    var known: [FilePosition] = []
    for (names, position) in positions[target.jobName] ?? [] where isMatched(position.path, names) {
      known.append(position)
    }
    var paths: Set<String> = []
    if case .success(let status) = files.status(at: target.path), status.kind == .regular {
      paths.insert(target.path)
    } else {
      glob?.walk(listings, found: { if isMatched($0, Glob.names($0)) { paths.insert($0) } })
    }
    var matched: [MatchedFile] = []
    for path in paths {
      guard case .success(let status) = files.status(at: path), status.kind == .regular else { continue }
      let position = known.first { $0.path == path && $0.identity == status.identity }
      matched.append(
        MatchedFile(
          path: path, size: status.size, modified: status.modified, acked: position?.acked,
          offsets: position?.offsets ?? [:], failure: position == nil ? failure(path) : nil))
    }
    for position in known where !matched.contains(where: { $0.path == position.path && $0.acked == position.acked }) {
      matched.append(
        MatchedFile(
          path: position.path, size: nil, modified: nil, acked: position.acked, offsets: position.offsets, failure: nil)
      )
    }
    return matched.sorted { $0.path < $1.path }
  }

  private func failure(_ path: String) -> String? {
    switch files.openForReading(path) {
    case .success(let file):
      files.close(file)
      return nil
    case .failure(let error): return "\(error)"
    }
  }

  /// Whether what is not acknowledged of a file is a line without an end.
  func endsInOpenLine(_ file: MatchedFile) -> Bool {
    guard let acked = file.acked, let size = file.size, size > acked, size - acked <= 1 << 20,
      case .success(let handle) = files.openForReading(file.path)
    else { return false }
    defer { files.close(handle) }
    var bytes = [UInt8](repeating: 0, count: Int(size - acked))
    let read = bytes.withUnsafeMutableBytes { files.read(handle, at: acked, into: $0) }
    guard case .success(let count) = read else { return false }
    return !bytes[..<count].contains(10)
  }
}
