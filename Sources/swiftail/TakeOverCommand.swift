import ArgumentParser
import Syscalls

/// `swiftail take-over`: what is to be done once before the agent follows Promtail on a machine or a node.
struct TakeOverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "take-over",
    abstract: "Copies Promtail's positions file to where Swiftail keeps its own, once.",
    discussion: """
      Does nothing where there is a positions file already, or none to take over, and says so. Promtail's file is only read.
      Exit status: 0 the agent can start, 1 a file could not be read or written, 64 the arguments are wrong.
      """)

  @Option(help: "Promtail's positions file. Without it only --owner is seen to.")
  var from: String?

  @Option(help: "Swiftail's positions file (positions.filename of its configuration).")
  var to: String

  @Option(help: "UID or UID:GID that the agent runs as: the file and its folder become theirs.")
  var owner: Owner?

  struct Owner: ExpressibleByArgument {
    var user: UInt32
    var group: UInt32

    init?(argument: String) {
      let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
      guard let user = parts[0], parts.count == 1 || parts.count == 2 && parts[1] != nil else { return nil }
      self.user = user
      group = parts.count == 2 ? parts[1]! : user
    }
  }

  func run() throws {
    let files = LinuxFileSystem()
    let folder = to.lastIndex(of: "/").map { String(to[..<$0]) } ?? "."
    if case .failure(let error) = files.makeDirectories(folder) {
      Command.fail("cannot make \(folder): \(error)", status: 1)
    }
    if let from { copy(from, files) }
    if let owner {
      // What an earlier run as another user left, too: the agent replaces these files, so the folder is what counts.
      for path in [folder] + Self.names(in: folder, files) {
        if case .failure(let error) = files.changeOwner(path, user: owner.user, group: owner.group) {
          Command.fail("cannot give \(path) to \(owner.user):\(owner.group): \(error)", status: 1)
        }
      }
    }
  }

  private func copy(_ from: String, _ files: LinuxFileSystem) {
    if case .success = files.status(at: to) {
      print("\(to) is there: nothing to take over")
      return
    }
    switch files.readWhole(from) {
    case .failure(.noSuchFile), .failure(.notADirectory):
      print("no \(from): nothing to take over")
    case .failure(let error):
      Command.fail("cannot read \(from): \(error)", status: 1)
    case .success(let bytes):
      if case .failure(let error) = files.replace(to, with: bytes, mode: 0o600) {
        Command.fail("cannot write \(to): \(error)", status: 1)
      }
      print("took over \(from) as \(to), \(bytes.count) bytes")
    }
  }

  private static func names(in folder: String, _ files: LinuxFileSystem) -> [String] {
    guard case .success(let entries) = files.entries(of: folder) else { return [] }
    return entries.filter { $0.kind == .regular }.map { folder + "/" + $0.name }
  }
}
