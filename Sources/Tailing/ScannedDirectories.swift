import Syscalls

/// The directories whose names decide which files there are: what each was when it was read last, so that one that has not
/// changed since need not be read again, and its watch.
///
/// A directory's modification time changes with every name that comes to it or leaves it. One that was modified just before it
/// was read is not trusted, since the clock that directories are stamped with has ticks. Where inotify tells of all changes, not
/// even that is looked at.
struct ScannedDirectories: GlobReading {
  /// The longest tick of file systems that are in use, with room for a server's clock: nanoseconds.
  private static let tick: Int64 = 3_000_000_000
  /// Directories with more names are read once for all patterns that ask within one look.
  private static let large = 32

  private enum State: Equatable {
    case missing
    /// Its names do not tell of what is in it.
    case noDirectory(FileIdentity)
    case directory(FileIdentity, modified: Int64)
    /// Its time does not tell of what may follow.
    case justModified(FileIdentity)
    /// Could not be looked at or read.
    case untold

    /// Whether it is the same for as long as the state is.
    var isSettled: Bool {
      switch self {
      case .justModified, .untold: false
      default: true
      }
    }

    /// Of the directory that is there.
    var identity: FileIdentity? {
      switch self {
      case .directory(let identity, _), .justModified(let identity): identity
      default: nil
      }
    }
  }

  /// What may be in a directory that was not there before, or the other way round.
  private enum Changes {
    case none
    /// Of which events have told.
    case names(Set<String>)
    case anything

    static let mostNames = 100

    mutating func add(_ name: String) {
      switch self {
      case .none: self = .names([name])
      case .names(var names):
        self = .none
        names.insert(name)
        self = names.count > Self.mostNames ? .anything : .names(names)
      case .anything: break
      }
    }

    func concerns(_ glob: Glob?, at place: Glob.Place?) -> Bool {
      switch self {
      case .none: return false
      case .names(let names):
        guard let glob, let place else { return true }
        return names.contains { glob.isConcerned(by: $0, at: place) }
      case .anything: return true
      }
    }
  }

  /// A directory in which names decide what a target has.
  struct Dependency: Hashable {
    fileprivate var directory: Int32
    /// Of its glob's names, the one that is looked for there. nil for all that is there.
    fileprivate var place: Glob.Place?
  }

  private struct Directory {
    let path: String
    var state: State
    /// The look in which `state` was taken.
    var look: UInt64
    /// What became of its names since it was read for the targets that have not been looked for anew since.
    var changes = Changes.none
    var watch: Int32?
    /// What is watched; the path may have become another since.
    var watched: FileIdentity?
    /// The watch tells of all that happens there.
    var isLocal = false
    /// Events tell of every change since the last look.
    var isTold = false
    /// The last look at everything in which a target depended on it.
    var used: UInt64
  }

  let files: any FileSystem
  let clocks: any Clocks
  private var directories: [Directory?] = []
  private var free: [Int32] = []
  private var numbers: [String: Int32] = [:]
  private var byWatch: [Int32: Int32] = [:]
  private var look: UInt64 = 0
  private var isThorough = false
  /// Names of large directories, for the present look.
  private var listings: [Int32: [DirectoryEntry]] = [:]
  /// What the present walk has asked about.
  private var asked: [Dependency] = []
  /// Watches of what lies no longer under its path.
  private var stale: [Int32] = []

  init(files: any FileSystem, clocks: any Clocks) {
    self.files = files
    self.clocks = clocks
  }

  // MARK: - Looks

  /// Everything that is asked from now on is of one look: a directory is looked at once.
  /// - Parameter isThorough: also at those of which events would have told.
  mutating func beginLook(isThorough: Bool) {
    look += 1
    self.isThorough = isThorough
  }

  /// - Parameter isComplete: all targets were looked for, or found to be as they were.
  mutating func endLook(isComplete: Bool) {
    listings.removeAll()
    guard isComplete else { return }
    for number in directories.indices { directories[number]?.changes = .none }
  }

  /// Finds what a glob names.
  /// - Returns: the directories whose names decided.
  mutating func walk(_ glob: Glob, found: (String) -> Void) -> [Dependency] {
    asked.removeAll(keepingCapacity: true)
    glob.walk(&self, found: found)
    return Array(Set(asked))
  }

  /// The directory of a path that is looked at by its name.
  mutating func dependency(on directory: String) -> Dependency {
    Dependency(directory: number(of: directory), place: nil)
  }

  enum Change {
    /// What was found in them may not be what is there.
    case changed
    /// Their names are the same, as far as their times tell.
    case sameNames
    /// Nothing has happened in them.
    case none
  }

  /// What became of the directories of a glob since they were read.
  mutating func change(of dependencies: [Dependency], _ glob: Glob?) -> Change {
    var change = Change.none
    // All are looked at, so that each is known to be in use.
    for dependency in dependencies {
      lookAt(dependency.directory)
      let place = Int(dependency.directory)
      if directories[place]!.changes.concerns(glob, at: dependency.place) {
        change = .changed
      } else if change == .none, !directories[place]!.isTold {
        change = .sameNames
      }
    }
    return change
  }

  // MARK: - What globs ask

  mutating func status(at path: String) -> FileStatus? { try? files.status(at: path).get() }

  mutating func depend(on directory: String, for place: Glob.Place) {
    asked.append(Dependency(directory: number(of: directory), place: place))
  }

  mutating func entries(of directory: String, for place: Glob.Place) -> [DirectoryEntry] {
    let number = number(of: directory)
    asked.append(Dependency(directory: number, place: place))
    if let known = listings[number] { return known }
    switch files.entries(of: directory) {
    case .success(let entries):
      if entries.count > Self.large { listings[number] = entries }
      return entries
    case .failure(let error):
      if error != .noSuchFile, error != .notADirectory {
        directories[Int(number)]!.state = .untold
        directories[Int(number)]!.isTold = false
      }
      return []
    }
  }

  private mutating func number(of path: String) -> Int32 {
    if let known = numbers[path] {
      lookAt(known)
      return known
    }
    let number = free.popLast() ?? Int32(directories.count)
    if Int(number) == directories.count { directories.append(nil) }
    directories[Int(number)] = Directory(path: path, state: state(of: path), look: look, used: look)
    numbers[path] = number
    return number
  }

  private mutating func lookAt(_ number: Int32) {
    let place = Int(number)
    directories[place]!.used = look
    if directories[place]!.look == look { return }
    if directories[place]!.isTold, !isThorough {
      directories[place]!.look = look
      return
    }
    let now = state(of: directories[place]!.path)
    if !directories[place]!.state.isSettled || now != directories[place]!.state {
      directories[place]!.changes = .anything
    }
    directories[place]!.state = now
    directories[place]!.look = look
    guard let watch = directories[place]!.watch else { return }
    if let identity = now.identity, identity == directories[place]!.watched {
      // It is what it was when it was read, or is to be read again: it is watched since before that.
      directories[place]!.isTold = directories[place]!.isLocal
    } else if now != .untold {
      unwatch(watch)
      stale.append(watch)
    }
  }

  private func state(of path: String) -> State {
    switch files.status(at: path) {
    case .failure(.noSuchFile), .failure(.notADirectory): return .missing
    case .failure: return .untold
    case .success(let status):
      if status.kind != .directory { return .noDirectory(status.identity) }
      return status.modified < clocks.wall() - Self.tick
        ? .directory(status.identity, modified: status.modified) : .justModified(status.identity)
    }
  }

  // MARK: - Watches

  /// Watches what was asked about since the last time; where none depends on a directory any more, it is forgotten.
  /// - Parameter isComplete: all targets were looked for.
  /// - Returns: whether the system's limit of watches is reached.
  mutating func watch(_ inotify: Inotify?, isComplete: Bool) -> Bool {
    var isFull = false
    for watch in stale { inotify?.remove(watch) }
    stale.removeAll()
    for place in directories.indices {
      guard let directory = directories[place], isComplete || directory.look == look else { continue }
      if isComplete, directory.used != look {
        forget(Int32(place), inotify)
      } else if directory.watch == nil, let inotify {
        // Before it is watched: where the path becomes another in between, the next look tells.
        directories[place]!.watched = try? files.status(at: directory.path).get().identity
        switch inotify.watch(directory.path, for: Inotify.directoryChanges) {
        case .success(let watch):
          directories[place]!.watch = watch
          directories[place]!.isLocal = files.isLocal(directory.path)
          if let other = byWatch.updateValue(Int32(place), forKey: watch) {
            // Two paths of one directory: only one of them will be told.
            for number in [place, Int(other)] {
              directories[number]?.isLocal = false
              directories[number]?.isTold = false
            }
          }
        case .failure(.noSpace): isFull = true
        case .failure: break
        }
      }
    }
    return isFull
  }

  private mutating func forget(_ number: Int32, _ inotify: Inotify?) {
    guard let directory = directories[Int(number)] else { return }
    // Two paths of one directory share a watch.
    if let watch = directory.watch, byWatch[watch] == number {
      inotify?.remove(watch)
      byWatch[watch] = nil
    }
    numbers[directory.path] = nil
    directories[Int(number)] = nil
    free.append(number)
  }

  /// The directory that a watch tells of, which has changed.
  /// - Parameter name: what came to it, or left it; empty for the directory itself.
  mutating func changed(watch: Int32, name: String) -> String? {
    guard let number = byWatch[watch] else { return nil }
    if name.isEmpty {
      directories[Int(number)]?.changes = .anything
    } else {
      directories[Int(number)]?.changes.add(name)
    }
    return directories[Int(number)]?.path
  }

  /// The directory lies no longer under its path, or its file system was unmounted.
  mutating func unwatch(_ watch: Int32) {
    guard let number = byWatch.removeValue(forKey: watch) else { return }
    directories[Int(number)]?.watch = nil
    directories[Int(number)]?.isTold = false
  }
}
