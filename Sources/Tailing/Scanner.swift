public import Positions
import Synchronization
public import Syscalls
public import Telemetry

/// Finds the files of all targets and tells the readers what appeared, changed and went.
///
/// Directories are watched, so a new file is seen at once; every sync period everything is looked at again, since
/// watches can fail and file systems can be silent. Runs on a thread of its own.
public final class Scanner: Sendable {
  /// What crosses from the agent to the scanner's thread and back.
  final class Shared: Sendable {
    struct State {
      /// All there are to be, instead of what was.
      var targets: [FileTarget]?
      /// What follows upon that.
      var change = TargetChange()
      var isStopping = false
      /// The files in view, and their targets by number.
      var files: Set<FileKey> = []
      var fileTargets: [Int: FileTarget] = [:]
      var scans = 0

      var view: [(target: FileTarget, path: String)] {
        files.compactMap { file in fileTargets[file.target].map { ($0, file.path) } }
      }
    }
    let state: Mutex<State>
    let wake: WakeUp

    init(_ targets: [FileTarget]) throws(Errno) {
      state = Mutex(State(targets: targets))
      wake = try WakeUp()
    }
  }

  private let shared: Shared
  private let thread: WorkerThread

  /// - Parameters:
  ///   - syncPeriod: nanoseconds between two looks at everything.
  ///   - known: what the last run left.
  public init(
    targets: [FileTarget], syncPeriod: Int64, files: any FileSystem, log: Log, readers: [ReaderInbox],
    known: [FilePosition]
  ) throws(Errno) {
    let shared = try Shared(targets)
    self.shared = shared
    thread = try WorkerThread(name: "scanner") {
      var loop = ScanLoop(
        shared: shared, syncPeriod: syncPeriod, files: files, log: log, readers: readers, known: known)
      loop.run()
    }
  }

  /// Replaces the targets; files of targets that stay are not touched.
  public func update(_ targets: [FileTarget]) {
    shared.state.withLock {
      $0.targets = targets
      $0.change = TargetChange()
    }
    shared.wake.signal()
  }

  /// Adds targets and lets others go.
  public func update(_ change: TargetChange) {
    if change.isEmpty { return }
    shared.state.withLock { $0.change.append(change) }
    shared.wake.signal()
  }

  /// The files in view.
  public var files: [(target: FileTarget, path: String)] { shared.state.withLock { $0.view } }

  public var hasFiles: Bool { shared.state.withLock { !$0.files.isEmpty } }

  /// How often everything has been looked at.
  public var scans: Int { shared.state.withLock { $0.scans } }

  /// Ends the thread. Blocks.
  public func close() {
    shared.state.withLock { $0.isStopping = true }
    shared.wake.signal()
    thread.join()
    shared.wake.close()
  }
}

/// The body of the scanner's thread.
struct ScanLoop {
  /// A target with its patterns compiled. `number` stays with the target for as long as it is there.
  struct Compiled {
    var number: Int
    var target: FileTarget
    var glob: Glob?
    var exclude: Glob?
    /// How many times it was added.
    var uses = 1
    /// Its files, by their paths.
    var found: [String: FileIdentity] = [:]
    /// Those of the paths that are symbolic links.
    var links: Set<String> = []
    /// Links that match and refer to no file yet. No directory that is watched tells when one appears.
    var dangling: Set<String> = []
    /// The directories whose names decided which files it has, when it was looked for last.
    var directories: [ScannedDirectories.Dependency]?
  }

  /// Directories that are as they were are read again after this: nanoseconds. There are file systems that tell nothing.
  static let thoroughPeriod: Int64 = 60_000_000_000

  /// After a look at everything, the next one waits for this many times as long as it took: where directories come and go
  /// all the time, looking takes no more than a twentieth of a processor.
  static let rest: Int64 = 19
  /// How long a new directory waits at most for that: nanoseconds.
  static let longestRest: Int64 = 200_000_000

  let shared: Scanner.Shared
  let syncPeriod: Int64
  let files: any FileSystem
  let clocks: any Clocks
  let log: Log
  let readers: [ReaderInbox]
  /// By their numbers.
  var targets: [Int: Compiled] = [:]
  var numbers: [FileTarget: Int] = [:]
  var nextNumber = 0
  /// Files that came into view or went out of it since this was last made known.
  var changedFiles: [FileKey: FileTarget?] = [:]
  var goneTargets: [Int] = []
  /// How many paths refer to a file: nearly always one.
  var references: [FileIdentity: Int32] = [:]
  /// Files that have lost their name and are still read under it: a name that they turn up under is no new file. A
  /// reader holds them open, so no other file can have their identity.
  var departed: [FileIdentity: [FileKey]] = [:]
  var assignment: ReaderAssignment
  /// Readers of files that were renamed: that of the path they were found under.
  var owners: [FileKey: Int] = [:]
  var inotify: Inotify?
  var directories: ScannedDirectories
  var hasWarned = false
  var hasScanned = false
  /// When all directories are to be read again, on the monotonic clock: nanoseconds.
  var nextThorough: Int64 = 0
  /// Files of the last run that nothing was found of yet.
  var known: [FilePosition]

  init(
    shared: Scanner.Shared, syncPeriod: Int64, files: any FileSystem, clocks: any Clocks = SystemClocks(), log: Log,
    readers: [ReaderInbox], known: [FilePosition]
  ) {
    self.known = known
    self.clocks = clocks
    directories = ScannedDirectories(files: files, clocks: clocks)
    assignment = ReaderAssignment(readers: readers.count, known: known, now: clocks.monotonic())
    self.shared = shared
    self.syncPeriod = syncPeriod
    self.files = files
    self.log = log
    self.readers = readers
  }

  mutating func run() {
    guard let poller = try? Poller() else { return }
    defer { poller.close() }
    try? poller.add(shared.wake.descriptor)
    inotify = try? Inotify()
    if let inotify { try? poller.add(inotify.descriptor) } else { warnPolling("no inotify instance") }
    defer { inotify?.close() }
    var nextScan = clocks.monotonic()
    var earliestScan = nextScan
    while !shared.state.withLock({ $0.isStopping }) {
      takeOver()
      let began = clocks.monotonic()
      if began >= nextScan {
        scan()
        let ended = clocks.monotonic()
        nextScan = ended + syncPeriod
        earliestScan = ended + min((ended - began) * Self.rest, Self.longestRest)
      }
      poller.wait(nanoseconds: nextScan - clocks.monotonic())
      shared.wake.clear()
      if handleEvents() { nextScan = min(nextScan, max(earliestScan, clocks.monotonic())) }
    }
  }

  /// Takes note of what others have said. New targets are looked for at once.
  mutating func takeOver() {
    for one in readers.flatMap({ $0.takeClosed() }) {
      departed[one.identity]?.removeAll { $0.target == one.target }
      if departed[one.identity]?.isEmpty == true { departed[one.identity] = nil }
    }
    let (all, change) = shared.state.withLock { state in
      defer { state.change = TargetChange() }
      return (state.targets.take(), state.change)
    }
    let first = nextNumber
    if let all { adopt(all) }
    adopt(change)
    // The first look is one at everything.
    if hasScanned, nextNumber > first { scan(from: first) } else { publish(scanned: false) }
  }

  // MARK: - Targets

  private mutating func adopt(_ new: [FileTarget]) {
    var change = TargetChange()
    for target in new { change.add(target) }
    for compiled in targets.values { for _ in 0..<compiled.uses { change.remove(compiled.target) } }
    adopt(change)
  }

  /// What is removed and added is not touched.
  private mutating func adopt(_ change: TargetChange) {
    for target in change.added {
      if let number = numbers[target] {
        targets[number]?.uses += 1
        continue
      }
      numbers[target] = nextNumber
      let compiled = Compiled(
        number: nextNumber, target: target, glob: Glob(target.path),
        exclude: target.exclude.isEmpty ? nil : Glob(target.exclude))
      targets[nextNumber] = compiled
      nextNumber += 1
      if compiled.glob == nil {
        log.warn("path is no valid pattern and finds nothing", ("job", target.jobName), ("path", target.path))
      }
    }
    for target in change.removed {
      guard let number = numbers[target] else { continue }
      targets[number]?.uses -= 1
      guard let gone = targets[number], gone.uses == 0 else { continue }
      numbers[target] = nil
      targets[number] = nil
      goneTargets.append(number)
      for (path, identity) in gone.found {
        let key = FileKey(target: number, path: path)
        dereference(identity)
        changedFiles[key] = .some(nil)
        reader(key).put(.release(key))
        owners[key] = nil
      }
    }
  }

  private func identity(_ key: FileKey) -> FileIdentity? { targets[key.target]?.found[key.path] }

  /// Takes note of the file that a path of a target refers to; nil for none.
  private mutating func note(_ identity: FileIdentity?, _ key: FileKey) {
    if let former = self.identity(key) { dereference(former) }
    if let identity { references[identity, default: 0] += 1 }
    targets[key.target]?.found[key.path] = identity
    if identity != nil { targets[key.target]?.dangling.remove(key.path) }
    if identity != nil, files.isSymbolicLink(key.path) {
      targets[key.target]?.links.insert(key.path)
    } else {
      targets[key.target]?.links.remove(key.path)
    }
    changedFiles[key] = .some(identity == nil ? nil : targets[key.target]?.target)
  }

  private mutating func dereference(_ identity: FileIdentity) {
    references[identity] = references[identity].flatMap { $0 > 1 ? $0 - 1 : nil }
  }

  private mutating func reader(_ key: FileKey, size: UInt64 = 0) -> ReaderInbox { readers[owner(key, size: size)] }

  private mutating func owner(_ key: FileKey, size: UInt64 = 0) -> Int {
    owners[key] ?? assignment.reader(of: key.path, size: size)
  }

  private mutating func forgetReaders() {
    let found = targets.values.lazy.map(\.found)
    assignment.forget(beyond: found.reduce(departed.count) { $0 + $1.count }) {
      Set(departed.values.joined().map(\.path)).union(found.joined().map(\.key))
    }
  }

  // MARK: - Looking

  /// Looks at everything.
  mutating func scan() {
    let now = clocks.monotonic()
    let isThorough = now >= nextThorough
    if isThorough {
      // Discoveries have told by the second time.
      if hasScanned { assignment.forgetLastRun() }
      forgetReaders()
      nextThorough = now + Self.thoroughPeriod
    }
    assignment.note(worked: readers.map(\.worked.current), at: now)
    directories.beginLook(isThorough: isThorough)
    for number in targets.keys.sorted() {
      guard let target = targets[number] else { continue }
      let change =
        isThorough ? .changed : target.directories.map { directories.change(of: $0, target.glob) } ?? .changed
      if change != .changed {
        // The names are the same; what they refer to may not be.
        for path in change == .none ? Array(target.links) : Array(target.found.keys) {
          let key = FileKey(target: number, path: path)
          if !look(at: key, target) { vanished(key) }
        }
        for path in target.dangling { _ = look(at: FileKey(target: number, path: path), target) }
        continue
      }
      let seen = look(for: target)
      for path in target.found.keys.sorted() where !seen.contains(path) {
        vanished(FileKey(target: number, path: path))
      }
    }
    tellAbsent()
    watch(isComplete: true)
    hasScanned = true
    publish(scanned: true)
  }

  /// Looks for the files of targets that have come.
  /// - Parameter number: of the first of them.
  private mutating func scan(from number: Int) {
    directories.beginLook(isThorough: false)
    for number in number..<nextNumber { if let target = targets[number] { _ = look(for: target) } }
    watch(isComplete: false)
    publish(scanned: false)
  }

  /// Looks for the files of a target.
  /// - Returns: the paths under which there is one.
  private mutating func look(for target: Compiled) -> Set<String> {
    var seen: Set<String> = []
    var dangling: Set<String> = []
    for path in paths(of: target) where !seen.contains(path) {
      if look(at: FileKey(target: target.number, path: path), target) {
        seen.insert(path)
      } else if files.isSymbolicLink(path) {
        dangling.insert(path)
      }
    }
    targets[target.number]?.dangling = dangling
    return seen
  }

  /// Files that the last run knew under paths that refer to nothing: they may have been renamed since.
  private mutating func tellAbsent() {
    for position in known {
      for number in targets.keys.sorted() {
        guard let target = targets[number], target.target.jobName == position.job else { continue }
        let key = FileKey(target: target.number, path: position.path)
        guard identity(key) == nil, target.target.path == position.path || target.glob?.matches(position.path) == true,
          !isExcluded(position.path, target)
        else { continue }
        reader(key).put(.absent(FileSighting(key: key, target: target.target, identity: .none)))
        break
      }
    }
    known = []
  }

  private mutating func paths(of target: Compiled) -> [String] {
    // A path that names an existing file is taken as it is, brackets and all.
    if case .success(let status) = files.status(at: target.target.path), status.kind == .regular {
      let dependency = directories.dependency(on: parent(target.target.path))
      targets[target.number]?.directories = [dependency]
      return isExcluded(target.target.path, target) ? [] : [target.target.path]
    }
    var matched: [String] = []
    let dependencies = target.glob.map { directories.walk($0) { matched.append($0) } } ?? []
    targets[target.number]?.directories = dependencies
    return matched.filter { !isExcluded($0, target) }
  }

  private func isExcluded(_ path: String, _ target: Compiled) -> Bool {
    target.target.exclude == path || target.exclude?.matches(path) == true
  }

  /// Looks at one path of one target. False when there is no file to read.
  private mutating func look(at key: FileKey, _ target: Compiled) -> Bool {
    guard case .success(let status) = files.status(at: key.path), status.kind == .regular else { return false }
    let old = identity(key)
    if old == status.identity { return true }
    if let old { depart(key, old) }
    let sighting = FileSighting(
      key: key, target: target.target, identity: status.identity, isShared: references[status.identity] != nil)
    if let former = formerName(of: status.identity, key) {
      owners[key] = owner(former)
      if identity(former) == status.identity { note(nil, former) }
      departed[status.identity]?.removeAll { $0 == former }
      reader(key).put(.renamed(from: former, sighting))
    } else {
      reader(key, size: status.size).put(.sighted(sighting))
    }
    note(status.identity, key)
    return true
  }

  private mutating func vanished(_ key: FileKey) {
    guard let identity = identity(key) else { return }
    note(nil, key)
    depart(key, identity)
    reader(key).put(.vanished(key))
    owners[key] = nil
  }

  private mutating func depart(_ key: FileKey, _ identity: FileIdentity) {
    departed[identity, default: []].append(key)
  }

  /// The name under which this file is read already, though it has lost it: a rotated file that still matches.
  private func formerName(of identity: FileIdentity, _ key: FileKey) -> FileKey? {
    if let former = departed[identity]?.last(where: { $0.target == key.target }) { return former }
    if references[identity] == nil { return nil }
    for (path, other) in targets[key.target]?.found ?? [:] where other == identity && path != key.path {
      if case .success(let now) = files.status(at: path), now.identity == identity { continue }
      return FileKey(target: key.target, path: path)
    }
    return nil
  }

  // MARK: - Watching

  private mutating func watch(isComplete: Bool) {
    if directories.watch(inotify, isComplete: isComplete) { warnPolling("fs.inotify.max_user_watches is used up") }
    directories.endLook(isComplete: isComplete)
  }

  private mutating func warnPolling(_ reason: String) {
    if hasWarned { return }
    hasWarned = true
    log.warn(
      "cannot watch directories; new files are found every sync period only", ("reason", reason),
      ("hint", "raise fs.inotify.max_user_watches or max_user_instances"))
  }

  /// True when everything must be looked at again.
  private mutating func handleEvents() -> Bool {
    guard let inotify else { return false }
    var events: [Inotify.Event] = []
    inotify.drain { events.append($0) }
    var needsScan = false
    var changed: [String] = []
    for event in events {
      if event.has(Inotify.overflow) || event.has(Inotify.isDirectory) { needsScan = true }
      if event.has(Inotify.overflow) { nextThorough = .min }
      guard let directory = directories.changed(watch: event.watch, name: event.name) else { continue }
      if event.has(Inotify.ignored) {
        directories.unwatch(event.watch)
        needsScan = true
        continue
      }
      if event.name.isEmpty {
        inotify.remove(event.watch)
        directories.unwatch(event.watch)
        needsScan = true
      } else {
        changed.append(directory == "/" ? "/" + event.name : directory + "/" + event.name)
      }
    }
    if needsScan || changed.isEmpty { return needsScan }
    for path in changed {
      let names = Glob.names(path)
      let concerned = targets.values.filter { $0.target.path == path || $0.glob?.matches(names) == true }
      for target in concerned.sorted(by: { $0.number < $1.number }) {
        let key = FileKey(target: target.number, path: path)
        if isExcluded(path, target) || look(at: key, target) { continue }
        if identity(key) == nil {
          // What this tells of came and went before it was looked at.
          reader(key).put(.absent(FileSighting(key: key, target: target.target, identity: .none)))
        }
        vanished(key)
      }
    }
    publish(scanned: false)
    return false
  }

  private mutating func publish(scanned: Bool) {
    if changedFiles.isEmpty, goneTargets.isEmpty, !scanned { return }
    let (changed, gone) = (changedFiles, goneTargets)
    (changedFiles, goneTargets) = ([:], [])
    shared.state.withLock {
      for case (let key, let target?) in changed {
        $0.files.insert(key)
        $0.fileTargets[key.target] = target
      }
      for case (let key, nil) in changed { $0.files.remove(key) }
      for number in gone { $0.fileTargets[number] = nil }
      if scanned { $0.scans += 1 }
    }
  }

  private func parent(_ path: String) -> String {
    let cut = path.lastIndex(of: "/") ?? path.startIndex
    return cut == path.startIndex ? "/" : String(path[..<cut])
  }
}
