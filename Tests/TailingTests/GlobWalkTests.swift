import SwiftailTesting
import Syscalls
import Testing

@testable import Tailing

@Suite struct GlobWalkTests {
  private let files = FakeFileSystem()

  private func found(_ pattern: String) throws -> [String] {
    var paths: [String] = []
    try #require(Glob(pattern)).walk(DirectoryListings(files)) { paths.append($0) }
    return paths.sorted()
  }

  @Test func what_is_there_is_found_once() throws {
    for path in ["/l/a.log", "/l/x/b.log", "/l/x/y/c.log", "/l/x/y/c.txt", "/m/d.log"] { files.append(path, "") }
    #expect(try found("/l/*.log") == ["/l/a.log"])
    #expect(try found("/l/**/*.log") == ["/l/a.log", "/l/x/b.log", "/l/x/y/c.log"])
    #expect(try found("/{l,m}/*.log") == ["/l/a.log", "/m/d.log"])
    #expect(try found("/l/x/y/c.log") == ["/l/x/y/c.log"])
    #expect(try found("/l/**") == ["/l/a.log", "/l/x/b.log", "/l/x/y/c.log", "/l/x/y/c.txt"])
    #expect(try found("/nowhere/*.log") == [])
  }

  @Test func directories_to_watch_include_those_that_are_missing() throws {
    files.append("/l/a.log", "")
    var reading = NotingReading(plain: DirectoryListings(files))
    try #require(Glob("/l/new/*.log")).walk(&reading, found: { _ in })
    #expect(reading.directories.contains("/l"))
  }

  @Test func a_directory_that_cannot_be_read_is_passed_over() throws {
    files.append("/l/a.log", "")
    files.fail(.entries, with: .permissionDenied)
    #expect(try found("/l/*.log") == [])
  }
}

/// Notes the directories that are asked about.
private struct NotingReading: GlobReading {
  let plain: DirectoryListings
  var directories: Set<String> = []

  func status(at path: String) -> FileStatus? { plain.status(at: path) }
  mutating func entries(of directory: String, for place: Glob.Place) -> [DirectoryEntry] {
    directories.insert(directory)
    return plain.entries(of: directory, for: place)
  }
  mutating func depend(on directory: String, for place: Glob.Place) { directories.insert(directory) }
}
