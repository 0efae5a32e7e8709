import FoundationEssentials
import Glibc
import LogModel
import Syscalls
import Telemetry
import Testing

@testable import Tailing

/// What the real inotify tells of real directories.
@Suite final class ScannedDirectoriesTests {
  /// A file system that inotify tells everything of.
  private let root: String
  private let inotify: Inotify
  private var directories = ScannedDirectories(files: LinuxFileSystem(), clocks: SystemClocks())
  private let globs: [Glob]
  private var dependencies: [[ScannedDirectories.Dependency]] = []

  init() throws {
    var template = Array("/dev/shm/swiftail-directories.XXXXXX".utf8CString)
    let root = String(cString: try #require(mkdtemp(&template)))
    self.root = root
    inotify = try Inotify()
    globs = try (0..<3).map { try #require(Glob("\(root)/*uid\($0)/*/*.log")) }
    for pod in 0..<3 { add("a_uid\(pod)", "a_uid\(pod)/app") }
    // Watched at the first look; told of as of the second, which reads all once more.
    look()
    look()
  }

  deinit {
    inotify.close()
    try? FileManager.default.removeItem(atPath: root)
  }

  private func add(_ names: String...) { for name in names { mkdir(root + "/" + name, 0o755) } }

  private func look() {
    directories.beginLook(isThorough: false)
    dependencies = globs.map { directories.walk($0) { _ in } }
    _ = directories.watch(inotify, isComplete: true)
    directories.endLook(isComplete: true)
  }

  /// What became of each glob's directories.
  private func changes() -> [ScannedDirectories.Change] {
    inotify.drain { _ = directories.changed(watch: $0.watch, name: $0.name) }
    directories.beginLook(isThorough: false)
    return zip(dependencies, globs).map { directories.change(of: $0, $1) }
  }

  @Test func what_is_told_of_is_not_looked_at() {
    #expect(changes() == [.none, .none, .none])
  }

  @Test func a_name_concerns_those_that_look_for_it() {
    add("b_uid1")
    #expect(changes() == [.none, .changed, .none])
    // Until all have been looked for anew.
    #expect(changes() == [.none, .changed, .none])
    look()
    // The new one is watched since then.
    #expect(changes() == [.none, .changed, .none])
    look()
    #expect(changes() == [.none, .none, .none])
    rmdir(root + "/b_uid1")
    #expect(changes() == [.none, .changed, .none])
  }

  @Test func a_directory_within_concerns_its_own() {
    add("a_uid2/sidecar")
    #expect(changes() == [.none, .none, .changed])
  }

  /// Its target lies where nothing is watched.
  @Test(arguments: ["*.log", "link.log"])
  func a_link_to_nothing_is_followed_once_there_is_something(pattern: String) throws {
    add("links")
    symlink(root + "/appears.txt", root + "/links/link.log")
    let inbox = try ReaderInbox()
    let shared = try Scanner.Shared([
      FileTarget(job: 0, jobName: "j", path: root + "/links/" + pattern, exclude: "", labels: .empty)
    ])
    defer {
      shared.wake.close()
      inbox.wake.close()
    }
    var loop = ScanLoop(
      shared: shared, syncPeriod: 1, files: LinuxFileSystem(), log: Log(sink: { _ in }), readers: [inbox], known: [])
    loop.inotify = try Inotify()
    defer { loop.inotify?.close() }
    loop.takeOver()
    for _ in 0..<3 { loop.scan() }
    #expect(loop.targets[0]?.found.isEmpty == true)
    try LinuxFileSystem().append(root + "/appears.txt", Array("line\n".utf8), mode: 0o644).get()
    loop.scan()
    #expect(loop.targets[0]?.found.keys.sorted() == [root + "/links/link.log"])
  }

  @Test func of_many_names_it_is_forgotten_which_they_were() {
    for number in 0..<200 { add("other-\(number)") }
    #expect(changes() == [.changed, .changed, .changed])
  }
}
