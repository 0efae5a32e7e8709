import Decompression
import Discovery
import Glibc
import Syscalls

/// The files that Docker's `json-file` driver writes one container's log to: `ID-json.log`, and behind it what was rotated
/// away, `.1` the newest, compressed or not. Read from a place on, through any number of rotations.
struct ContainerLogFile {
  /// What there is to read a container's log from.
  enum Found {
    case found(ContainerLogFile)
    /// The engine writes a file, and it cannot be read here.
    case unusable(String)
    case none
  }

  /// What a step led to.
  enum Step {
    case more
    /// Everything was read; wait for changes.
    case atEnd
    /// There is no file under the name.
    case missing
    case failed(String)
  }

  /// Bytes read at once.
  private static let readSize = 64 << 10
  /// A line is at most as long as what Docker cuts lines into, every byte of it escaped; more is no line.
  private static let longestLine = 4 << 20

  /// One file of the log that is open.
  private struct Open {
    var handle: FileHandle
    var identity: FileIdentity
    /// The next byte to read; of a compressed file, of what comes out.
    var offset: UInt64 = 0
    var inflated: Inflated?
    /// It has another name by now, so nothing follows its end.
    var isRotated: Bool
  }

  let path: String
  /// Told of each file that is opened.
  var watch: (FileHandle) -> Void = { _ in }
  private let place: ContainerPlace?
  private var open: Open?
  /// What was read and is no whole line yet.
  private var held: [UInt8] = []
  /// Lines before this offset of the open file may have been taken before.
  private var passUntil: UInt64?
  private let reader = LoggedLineReader()

  private init(_ path: String, _ place: ContainerPlace?) {
    self.path = path
    self.place = place
  }

  static func find(_ container: DockerEngine.Container, _ place: ContainerPlace?) -> Found {
    // Podman calls its own driver json-file too, and writes other lines under another name.
    guard container.logDriver == "json-file", container.logPath.hasSuffix("-json.log") else { return .none }
    let files = LinuxFileSystem()
    switch files.openForReading(container.logPath) {
    case .success(let handle):
      files.close(handle)
      return .found(ContainerLogFile(container.logPath, place))
    case .failure(.noSuchFile): return .unusable("\(container.logPath) is not on this host, or not mounted here")
    case .failure(let error): return .unusable("\(container.logPath): \(error)")
    }
  }

  func close() { if let open { LinuxFileSystem().close(open.handle) } }

  // MARK: - Which file

  /// Opens the file that holds the place, or the oldest that may hold what is behind it.
  mutating func begin(_ lines: inout LogLines) {
    lines.begin(behind: place)
    if let place, let known = place.file, let name = names().first(where: { identity($0) == known.identity }),
      !name.hasSuffix(".gz"), open(name, at: known.start, isRotated: name != path), isBehindWhatWasRead(place, &lines)
    {
      passUntil = known.end
      if known.end == known.start { lines.passNothingOver() }
      return
    }
    close()
    open = nil
    openOldest(&lines)
  }

  /// The rotated files, the oldest first, then the present one.
  private func names() -> [String] {
    guard let slash = path.lastIndex(of: "/") else { return [path] }
    let folder = String(path[..<slash])
    let prefix = path[path.index(after: slash)...] + "."
    guard case .success(let entries) = LinuxFileSystem().entries(of: folder) else { return [path] }
    let rotated = entries.compactMap { entry -> (number: Int, path: String)? in
      guard entry.name.hasPrefix(prefix) else { return nil }
      var rest = entry.name.dropFirst(prefix.count)
      if rest.hasSuffix(".gz") { rest = rest.dropLast(3) }
      return Int(rest).map { ($0, "\(folder)/\(entry.name)") }
    }
    // While one is being compressed, both are there.
    let plain = Set(rotated.lazy.filter { !$0.path.hasSuffix(".gz") }.map(\.number))
    return rotated.filter { !$0.path.hasSuffix(".gz") || !plain.contains($0.number) }
      .sorted { $0.number > $1.number }.map(\.path) + [path]
  }

  private func identity(_ name: String) -> FileIdentity? {
    if case .success(let status) = LinuxFileSystem().status(at: name) { status.identity } else { nil }
  }

  /// Opens the oldest file that was written to after the last entry that was read.
  private mutating func openOldest(_ lines: inout LogLines) {
    // File systems stamp files with a clock that is a little behind.
    let after = lines.place.time.map { $0 - 1_000_000_000 } ?? .min
    for _ in 0..<10 {
      let names = names()
      let known = names.map(identity)
      for name in names {
        if name != path, case .success(let status) = LinuxFileSystem().status(at: name), status.modified < after {
          continue
        }
        if open(name, at: 0, isRotated: name != path) { break }
      }
      // Names move on while one looks.
      if self.names().map(identity) == known { return }
    }
  }

  private mutating func open(_ name: String, at offset: UInt64, isRotated: Bool) -> Bool {
    let files = LinuxFileSystem()
    guard case .success(let handle) = files.openForReading(name) else { return false }
    guard case .success(let status) = files.status(of: handle), status.kind == .regular else {
      files.close(handle)
      return false
    }
    close()
    open = Open(
      handle: handle, identity: status.identity, offset: offset, inflated: name.hasSuffix(".gz") ? Inflated() : nil,
      isRotated: isRotated)
    held.removeAll(keepingCapacity: true)
    passUntil = nil
    if !isRotated { watch(handle) }
    return true
  }

  /// Whether the line before the place is one that was read: a file that was emptied and written anew has later ones.
  private func isBehindWhatWasRead(_ place: ContainerPlace, _ lines: inout LogLines) -> Bool {
    guard let open, case .success(let status) = LinuxFileSystem().status(of: open.handle), status.size >= open.offset
    else { return false }
    if open.offset == 0 { return true }
    let length = Int(min(open.offset, UInt64(Self.longestLine)))
    var bytes = [UInt8](repeating: 0, count: length)
    let read = bytes.withUnsafeMutableBytes {
      LinuxFileSystem().read(open.handle, at: open.offset - UInt64(length), into: $0)
    }
    guard case .success(length) = read, bytes.last == 0x0a else { return false }
    let start = bytes.dropLast().lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return bytes.withUnsafeBufferPointer { bytes in
      guard let found = reader.read(UnsafeBufferPointer(rebasing: bytes[start..<(length - 1)])),
        let time = lines.time(found.time)
      else { return false }
      return place[found.stream].map { time <= $0.time } ?? false
    }
  }

  // MARK: - Reading

  /// Reads some lines.
  mutating func step(_ lines: inout LogLines) -> Step {
    guard open != nil else {
      openOldest(&lines)
      return open == nil ? .missing : .more
    }
    switch readSome() {
    case .failure(let error): return .failed("\(path): \(error)")
    case .success(0): return atEnd(&lines)
    case .success:
      takeLines(&lines)
      return .more
    }
  }

  /// Adds what follows to `held`.
  private mutating func readSome() -> Result<Int, Errno> {
    let count = held.count
    let offset = open!.offset
    held.reserveCapacity(count + Self.readSize)
    var buffer = [UInt8](repeating: 0, count: Self.readSize)
    let read: Result<Int, Errno>
    if let inflated = open!.inflated {
      read = buffer.withUnsafeMutableBytes { inflated.read(open!.handle, into: $0) }
    } else {
      read = buffer.withUnsafeMutableBytes { LinuxFileSystem().read(open!.handle, at: offset, into: $0) }
    }
    if case .success(let got) = read {
      held.append(contentsOf: buffer[..<got])
      open!.offset += UInt64(got)
    }
    return read
  }

  private mutating func takeLines(_ lines: inout LogLines) {
    let first = open!.offset - UInt64(held.count)
    var start = 0
    var whole: [UInt8] = []
    swap(&whole, &held)
    whole.withUnsafeBufferPointer { bytes in
      while let end = find(bytes, start) {
        take(UnsafeBufferPointer(rebasing: bytes[start..<end]), first + UInt64(start), &lines)
        start = end + 1
      }
    }
    whole.removeFirst(start)
    swap(&whole, &held)
    if held.count > Self.longestLine {
      lines.countMalformed()
      held.removeAll()
    }
    note(&lines)
  }

  private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress else { return nil }
    return memchr(base + start, 0x0a, bytes.count - start).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
  }

  private mutating func take(_ line: UnsafeBufferPointer<UInt8>, _ offset: UInt64, _ lines: inout LogLines) {
    if let until = passUntil, offset >= until {
      passUntil = nil
      lines.passNothingOver()
    }
    guard let found = reader.read(line), let time = lines.time(found.time) else {
      // A power loss leaves zeros.
      lines.countMalformed()
      return
    }
    let endsLine = found.text.last == 0x0a
    lines.add(
      found.stream, time, UnsafeBufferPointer(rebasing: endsLine ? found.text.dropLast() : found.text[...]),
      endsLine: endsLine, start: offset)
  }

  /// Where reading goes on; in a compressed file, times alone tell.
  private func note(_ lines: inout LogLines) {
    guard let open, open.inflated == nil else { return lines.noteNoFile() }
    let end = open.offset - UInt64(held.count)
    lines.note(ContainerPlace.InFile(identity: open.identity, start: end, end: end))
  }

  /// Nothing more is in the open file: has another one taken its place?
  private mutating func atEnd(_ lines: inout LogLines) -> Step {
    let files = LinuxFileSystem()
    if open!.isRotated { return next(&lines) }
    switch files.status(at: path) {
    case .success(let status) where status.identity != open!.identity:
      // Docker writes to the old one no more; but it may have since the last read.
      open!.isRotated = true
      return .more
    case .success(let status) where status.size < open!.offset:
      // `max-file: 1` empties the file.
      open!.offset = 0
      held.removeAll()
      return .more
    case .success: return .atEnd
    case .failure:
      if open!.isRotated { return .missing }
      open!.isRotated = true
      return .more
    }
  }

  /// Goes on with the file that came after the open one.
  private mutating func next(_ lines: inout LogLines) -> Step {
    if !held.isEmpty {
      // A line that a crash of the engine cut off.
      lines.countMalformed()
      held.removeAll()
    }
    let before = open!.identity
    for _ in 0..<10 {
      guard let name = name(after: before) else { break }
      if name.isEmpty {
        open!.isRotated = false
        return .atEnd
      }
      // Names move on while one looks: what was opened must still be the next.
      guard open(name, at: 0, isRotated: name != path) else { continue }
      if let again = self.name(after: before), identity(again) == open!.identity {
        open!.isRotated = again != path
        note(&lines)
        return .more
      }
    }
    // Compressed or removed meanwhile: then times tell which files hold what is new, and what in them is not.
    if case .failure = LinuxFileSystem().status(at: path) { return .missing }
    lines.passOverAgain()
    close()
    open = nil
    openOldest(&lines)
    return open == nil ? .missing : .more
  }

  /// The name behind that of a file: empty where it is the last, nil where the file has none any more.
  private func name(after file: FileIdentity) -> String? {
    let names = names()
    guard let here = names.firstIndex(where: { identity($0) == file }) else { return nil }
    return here + 1 < names.count ? names[here + 1] : ""
  }
}

/// What a compressed file inflates to, read forwards.
private final class Inflated {
  private let decompressor = Decompressor(.gzip)
  private var input: [UInt8] = []
  private var used = 0
  private var offset: UInt64 = 0

  /// 0 at the end, also where the file is damaged.
  func read(_ handle: FileHandle, into output: UnsafeMutableRawBufferPointer) -> Result<Int, Errno> {
    while true {
      if used == input.count {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let read = buffer.withUnsafeMutableBytes { LinuxFileSystem().read(handle, at: offset, into: $0) }
        guard case .success(let count) = read else { return read }
        input = Array(buffer[..<count])
        offset += UInt64(count)
        used = 0
      }
      let step = input[used...].withUnsafeBytes { decompressor.step($0, into: output) }
      used += step.consumed
      if step.produced > 0 || input.isEmpty || step.isCorrupt { return .success(step.produced) }
      if step.consumed == 0, used < input.count { return .success(0) }
    }
  }
}
