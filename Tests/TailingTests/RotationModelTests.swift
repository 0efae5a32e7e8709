import Glibc
import Testing

@testable import Tailing

/// Random interleavings against a model of what must arrive. A failing seed is printed and can be run alone:
/// `SWIFTAIL_SEED=17 swift test --filter RotationModelTests`.
@Suite struct RotationModelTests {
  private static let seeds: Range<UInt64> = {
    func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
    if let seed = number("SWIFTAIL_SEED") { return seed..<(seed + 1) }
    return 0..<(number("SWIFTAIL_SEEDS") ?? 1000)
  }()

  private static let steps = 120

  private func run(pattern: String, clients: Int, compresses: Bool = true, copies: Bool = true) throws {
    var failed = 0
    for seed in Self.seeds {
      func outcome(steps: Int) throws -> (faults: [String], story: String) {
        var model = try RotationModel(
          seed: seed, pattern: pattern, clients: clients, compresses: compresses, copies: copies)
        for _ in 0..<steps { try model.step() }
        defer { model.world.kill() }
        return (try model.faults(), model.history.joined(separator: ", ") + "\n" + model.world.log)
      }
      if try outcome(steps: Self.steps).faults.isEmpty { continue }
      // The fewest steps that go wrong tell the most.
      let fewest = try (1...Self.steps).first { try !outcome(steps: $0).faults.isEmpty } ?? Self.steps
      let (faults, story) = try outcome(steps: fewest)
      Issue.record("seed \(seed), \(fewest) steps: \(faults.prefix(3).joined(separator: "; "))\n\(story)")
      failed += 1
      if failed >= 3 { return }
    }
  }

  @Test func every_line_arrives_once_whatever_rotates() throws { try run(pattern: "/l/app.log", clients: 1) }

  @Test func every_line_arrives_once_for_each_of_two_clients() throws { try run(pattern: "/l/app.log", clients: 2) }

  @Test func rotated_files_that_match_too_are_not_read_again() throws {
    try run(pattern: "/l/app.log*", clients: 1, compresses: false, copies: false)
  }
}
