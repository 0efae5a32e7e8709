import AgentConfiguration
import Glibc
import GoCompat
import Syscalls

/// `file_sd_configs`: target groups from files, read anew when they change.
struct FileDiscoverer: Discoverer {
  private let patterns: [String]
  private let refreshInterval: Int64
  private let files = LinuxFileSystem()

  init(_ configuration: FileDiscoveryConfiguration) {
    patterns = configuration.files
    refreshInterval = configuration.refreshInterval.nanoseconds
  }

  /// What one file has brought.
  private struct Known {
    var stamp: FileStatus?
    var groups: [TargetGroup]
  }

  func run(_ updates: DiscoveryUpdates) async {
    let (changes, told) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let watch = DirectoryWatch(directories: Set(patterns.map(Self.directory))) { told.yield() }
    told.yield()
    let clock = Task {
      while !Task.isCancelled {
        await nap(refreshInterval)
        told.yield()
      }
    }
    defer {
      clock.cancel()
      watch?.close()
    }
    var known: [String: Known] = [:]
    for await _ in changes {
      // A file is often made in several steps.
      await nap(20_000_000)
      refresh(&known, updates)
    }
  }

  private func refresh(_ known: inout [String: Known], _ updates: DiscoveryUpdates) {
    var present: [String: Known] = [:]
    var failure: DiscoveryError?
    for path in paths() {
      let before = known[path]
      let stamp = try? files.status(at: path).get()
      do {
        present[path] = Known(stamp: stamp, groups: try groups(path))
      } catch {
        // Half a file, or a wrong one: what it said before holds on.
        failure = DiscoveryError("\(error)")
        if let before { present[path] = before }
      }
    }
    known = present
    updates.all(present.sorted { $0.key < $1.key }.flatMap(\.value.groups))
    if let failure { updates.failed(failure) }
  }

  private func groups(_ path: String) throws -> [TargetGroup] {
    let bytes: [UInt8]
    switch files.readWhole(path) {
    case .success(let read): bytes = read
    case .failure(let error): throw DiscoveryError("cannot read \(path): \(error)")
    }
    let meta = ["__meta_filepath": path]
    let groups =
      path.lowercased().hasSuffix(".json")
      ? try TargetGroupFile.json(bytes, name: path, meta: meta)
      : try TargetGroupFile.yaml(String(decoding: bytes, as: UTF8.self), name: path, meta: meta)
    return groups.filter { !$0.targets.isEmpty }
  }

  private static func directory(_ pattern: String) -> String {
    guard let slash = pattern.lastIndex(of: "/") else { return "." }
    return slash == pattern.startIndex ? "/" : String(pattern[..<slash])
  }

  /// The files that there are, each once.
  private func paths() -> [String] {
    var found: Set<String> = []
    for pattern in patterns {
      let directory = Self.directory(pattern)
      let name = pattern.split(separator: "/").last.map(String.init) ?? ""
      guard name.contains("*"), case .success(let entries) = files.entries(of: directory) else {
        if case .success = files.status(at: pattern) { found.insert(pattern) }
        continue
      }
      let prefix = pattern.dropLast(name.count)
      for entry in entries where fnmatch(name, entry.name, 0) == 0 { found.insert(prefix + entry.name) }
    }
    return found.sorted()
  }
}
