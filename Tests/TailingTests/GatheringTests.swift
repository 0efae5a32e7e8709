import SwiftailTesting
import Testing

@testable import Tailing

/// Waiting for more before a file is read makes batches no later, and leaves little of a busy file unread.
@Suite struct GatheringTests {
  @Test func the_age_of_a_batch_counts_from_the_first_event() throws {
    let world = TailingWorld()
    world.files.append("/l/app.log", "first\n")
    try world.start()
    world.settle(seconds: 2)
    world.files.append("/l/app.log", "second\n")
    world.wake()
    world.clock.advance(seconds: 0.02)
    world.read(gathered: 0.02)

    func delivered(after seconds: Double) -> [String] {
      world.clock.advance(seconds: seconds)
      world.read()
      world.take()
      world.answer(.max)
      return world.delivered[0].map(\.line)
    }
    #expect(delivered(after: 0.079) == ["first"])
    // `batchwait` is 100 ms.
    #expect(delivered(after: 0.001) == ["first", "second"])
    world.kill()
  }

  @Test func a_file_that_is_written_to_again_soon_is_not_waited_for_long() throws {
    let world = TailingWorld()
    world.files.append("/l/app.log", "first\n")
    try world.start()
    world.settle(seconds: 2)

    func gathering(afterALineIn seconds: Double) -> Int64? {
      world.clock.advance(seconds: seconds)
      world.files.append("/l/app.log", "more\n")
      world.wake()
      world.read()
      return world.gathering
    }
    #expect(gathering(afterALineIn: 1) == 20)
    #expect(gathering(afterALineIn: 0.3) == 5)
    #expect(gathering(afterALineIn: 1) == 20)
    world.kill()
  }
}
