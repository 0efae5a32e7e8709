import Syscalls

/// Where a journal's files are, and what stands in the way of reading them.
struct JournalFolders: Equatable, Sendable {
  /// Folders that are there and hold a journal's files, or may.
  private(set) var folders: [String: FileIdentity] = [:]
  private(set) var files = 0
  /// Files that this process may not read.
  private(set) var refused = 0
  /// One of them.
  private(set) var example = ""
  /// Folders of other machines beside one's own: their machine ids.
  private(set) var otherMachines: [String] = []
  private let path: String
  private let machine: String?

  static let systemRoots = ["/var/log/journal", "/run/log/journal"]

  /// Looks.
  /// - Parameter path: the folder that is configured; empty for the machine's own journal.
  init(path: String, files fileSystem: any FileSystem = LinuxFileSystem(), roots: [String] = systemRoots) {
    self.path = path
    machine = path.isEmpty ? Self.machineID(fileSystem) : nil
    for root in path.isEmpty ? roots : [path] {
      guard case .success(let status) = fileSystem.status(at: root), status.kind == .directory else { continue }
      folders[root] = status.identity
      guard case .success(let entries) = fileSystem.entries(of: root) else { continue }
      count(entries.map(\.name), in: root, fileSystem)
      for entry in entries where Self.isMachineID(entry.name) {
        if path.isEmpty, entry.name != machine {
          otherMachines.append(entry.name)
          continue
        }
        let folder = root + "/" + entry.name
        guard case .success(let status) = fileSystem.status(at: folder), status.kind == .directory else { continue }
        folders[folder] = status.identity
        if case .success(let names) = fileSystem.entries(of: folder) {
          count(names.map(\.name), in: folder, fileSystem)
        }
      }
    }
    otherMachines.sort()
  }

  private mutating func count(_ names: [String], in folder: String, _ fileSystem: any FileSystem) {
    for name in names.sorted() where name.hasSuffix(".journal") || name.hasSuffix(".journal~") {
      files += 1
      switch fileSystem.openForReading(folder + "/" + name) {
      case .success(let file): fileSystem.close(file)
      case .failure(let error):
        // One that was removed meanwhile is none.
        if error == .noSuchFile { continue }
        refused += 1
        if example.isEmpty { example = folder + "/" + name }
      }
    }
  }

  /// /etc/machine-id, by which libsystemd knows one's own folder.
  static func machineID(_ fileSystem: any FileSystem) -> String? {
    guard case .success(let bytes) = fileSystem.readWhole("/etc/machine-id") else { return nil }
    let text = String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
    return isMachineID(text) ? text : nil
  }

  static func isMachineID(_ name: String) -> Bool {
    name.utf8.count == 32 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// Whether other folders are there than at another time, so that the journal has to be opened anew.
  func haveMoved(since other: JournalFolders) -> Bool { folders != other.folders }

  /// What keeps entries from being read.
  struct Trouble: Equatable, Sendable {
    enum Kind { case missing, empty, otherMachine, noMachineID, refused, partlyRefused }

    var kind: Kind
    /// Why, and what to do about it.
    var text: String
  }

  /// nil where nothing stands in the way.
  var trouble: Trouble? {
    if folders.isEmpty {
      return Trouble(
        kind: .missing,
        text: path.isEmpty
          ? "there is no journal: neither \(Self.systemRoots[0]) nor \(Self.systemRoots[1]) is there; in a container, mount "
            + "the host's, and its /etc/machine-id, read-only"
          : "there is no folder \(path) yet; in a container, mount the host's there, read-only")
    }
    if refused > 0, refused == files {
      return Trouble(kind: .refused, text: "the files of the journal may not be read, such as \(example): \(Self.way)")
    }
    if refused > 0 {
      return Trouble(
        kind: .partlyRefused,
        text: "\(refused) of \(files) files of the journal may not be read, such as \(example), and their entries are "
          + "missing: \(Self.way)")
    }
    if files > 0 { return nil }
    let place = path.isEmpty ? "the folders of journals" : path
    if let other = otherMachines.first {
      return Trouble(
        kind: .otherMachine,
        text:
          "\(place) hold the journal of another machine, \(other), and this one is \(machine ?? "without a machine id"): "
          + "mount the host's /etc/machine-id, or set path: \(Self.systemRoots[0])")
    }
    if path.isEmpty, machine == nil {
      return Trouble(
        kind: .noMachineID,
        text:
          "/etc/machine-id is not there, by which the machine's own journal is known: mount the host's, or set path: "
          + Self.systemRoots[0])
    }
    return Trouble(
      kind: .empty, text: "there are no journal files (*.journal) in \(place), nor in folders of machines there")
  }

  static let way =
    "add the user to the group systemd-journal (usermod -aG systemd-journal USER); in a container give it the host's number "
    + "of that group (docker: group_add; Kubernetes: supplementalGroups) or the capability DAC_READ_SEARCH"
}

/// Keeps folders open while a journal is read: one that comes in a place of theirs then has another inode.
struct HeldFolders: ~Copyable {
  let folders: JournalFolders
  private let files = LinuxFileSystem()
  private let handles: [FileHandle]

  init(_ folders: JournalFolders) {
    self.folders = folders
    let files = self.files
    handles = folders.folders.keys.compactMap { try? files.openForReading($0).get() }
  }

  deinit { for handle in handles { files.close(handle) } }
}
