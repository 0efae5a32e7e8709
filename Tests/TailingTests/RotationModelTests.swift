import Glibc
import Testing

@testable import Tailing

/// Random interleavings against a model of what must arrive. A failing seed is printed and can be run alone:
/// `SWIFTAIL_SEED=17 swift test --filter RotationModelTests`.
@Suite struct RotationModelTests {
  private static let seeds: Range<UInt64> = {
    func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
    if let seed = number("SWIFTAIL_SEED") { return seed..<(seed + 1) }
    return 0..<(number("SWIFTAIL_SEEDS") ?? 2000)
  }()

  private func run(pattern: String, clients: Int) throws {
    var failed = 0
    for seed in Self.seeds {
      var model = try RotationModel(seed: seed, pattern: pattern, clients: clients)
      for _ in 0..<120 { try model.step() }
      let faults = try model.faults()
      model.world.kill()
      if faults.isEmpty { continue }
      failed += 1
      Issue.record("seed \(seed): \(faults.prefix(3).joined(separator: "; "))\n\(model.history.joined(separator: ", "))")
      if failed >= 3 { return }
    }
  }

  @Test func every_line_arrives_once_whatever_rotates() throws { try run(pattern: "/l/app.log", clients: 1) }

  @Test func every_line_arrives_once_for_each_of_two_clients() throws { try run(pattern: "/l/app.log", clients: 2) }

  @Test func rotated_files_that_match_too_are_not_read_again() throws { try run(pattern: "/l/app.log*", clients: 1) }
}
