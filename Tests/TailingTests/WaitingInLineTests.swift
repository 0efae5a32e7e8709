import SwiftailTesting
import Testing

@testable import Tailing

/// Files that wait for room: an answer lets them go on, each in its turn, and nothing else is needed for it.
@Suite struct WaitingInLineTests {
  /// Several chunks for each file, so that none is done in one turn.
  private static let lines = (0..<16_000).map {
    "line \($0) of a file that has much to say and says all of it at once\n"
  }

  /// - Parameter clients: of which the first takes what it is given, and others are down.
  @Test(arguments: [["a"], ["a", "b"]]) func each_file_has_its_turn_without_a_poll(_ clients: [String]) throws {
    let world = TailingWorld(pattern: "/l/*.log", clients: clients)
    world.up = [0]
    let names = ["a", "b", "c"]
    for name in names { world.files.append("/l/\(name).log", Self.lines.joined()) }
    try world.start()
    // The clock stands still: no poll comes to help.
    for _ in 0..<3000 {
      world.read()
      world.take()
      world.answer(1)
    }
    let files = world.delivered[0].map(\.labels)
    // All but what the last batch holds, whose time does not come.
    #expect(files.count > names.count * Self.lines.count - 60)
    // From one file to the next, as often as the turn changes.
    let turns = files.indices.filter { $0 == 0 || files[$0] != files[$0 - 1] }.map { files[$0] }
    #expect(turns.count >= 9)
    for start in 0..<max(0, turns.count - 3) { #expect(Set(turns[start..<start + 3]).count == 3) }
    world.kill()
  }
}
