import SwiftailTesting
import Syscalls
import Testing

@testable import Tailing

/// What the system calls may answer, injected at the one seam: nothing is lost, nothing crashes, and all goes on afterwards.
@Suite struct FaultTests {
  private func lines(_ range: Range<Int>) -> String { range.map { "line \($0)\n" }.joined() }

  private func expect(_ world: TailingWorld, _ range: Range<Int>) {
    #expect(world.delivered[0].map(\.line) == range.map { "line \($0)" })
  }

  private func started(_ upto: Int) throws -> TailingWorld {
    let world = TailingWorld()
    world.files.append("/l/app.log", lines(0..<upto))
    try world.start()
    world.settle(seconds: 2)
    expect(world, 0..<upto)
    return world
  }

  @Test(arguments: [Errno(5), .interrupted, Errno(116)]) func reads_that_fail_are_tried_again(_ error: Errno) throws {
    let world = try started(3)
    world.files.fail(.read, with: error)
    world.files.append("/l/app.log", lines(3..<6))
    world.settle(seconds: 3)
    expect(world, 0..<3)
    #expect(world.metric("swiftail_file_read_failures_total") > 0)
    world.files.fail(.read, with: nil)
    world.settle(seconds: 3)
    expect(world, 0..<6)
    world.kill()
  }

  @Test func a_rotated_file_that_cannot_be_read_for_long_is_not_given_up() throws {
    let world = try started(3)
    world.files.fail(.read, with: Errno(5))
    world.files.append("/l/app.log", lines(3..<6))
    _ = world.files.rename("/l/app.log", to: "/l/app.log.1")
    world.settle(seconds: 400)
    expect(world, 0..<3)
    world.files.fail(.read, with: nil)
    world.settle(seconds: 10)
    expect(world, 0..<6)
    world.kill()
  }

  @Test func a_file_that_is_renamed_between_its_sighting_and_its_opening_is_read() throws {
    let world = try started(3)
    world.files.append("/l/app.log", lines(3..<6))
    _ = world.files.rename("/l/app.log", to: "/l/app.log.2")
    world.clock.advance(seconds: 0.1)
    world.files.append("/l/app.log", lines(6..<9))
    world.look()
    _ = world.files.rename("/l/app.log", to: "/l/app.log.1")
    world.clock.advance(seconds: 0.1)
    world.files.append("/l/app.log", lines(9..<12))
    world.settle(seconds: 20)
    expect(world, 0..<12)
    world.kill()
  }

  @Test func no_descriptor_is_left_for_a_while() throws {
    let world = TailingWorld()
    world.files.append("/l/app.log", lines(0..<3))
    world.files.fail(.open, with: .tooManyOpenFiles)
    try world.start()
    world.settle(seconds: 3)
    expect(world, 0..<0)
    world.files.fail(.open, with: nil)
    world.settle(seconds: 3)
    expect(world, 0..<3)
    world.kill()
  }

  @Test(arguments: [1, 7, 33]) func reads_give_less_than_is_there(_ most: Int) throws {
    let world = TailingWorld()
    world.files.limitReads(to: most)
    world.files.append("/l/app.log", lines(0..<50))
    try world.start()
    world.settle(seconds: 60)
    expect(world, 0..<50)
    world.kill()
  }

  @Test func a_full_disk_under_the_positions_stops_nothing() throws {
    let world = try started(3)
    world.files.fail(.replace, with: .noSpace)
    world.files.append("/l/app.log", lines(3..<6))
    world.settle(seconds: 3)
    world.savePositions()
    expect(world, 0..<6)
    #expect(world.metric("write_failures") > 0)
    world.files.fail(.replace, with: nil)
    world.stop()
    try world.start()
    world.files.append("/l/app.log", lines(6..<7))
    world.settle(seconds: 3)
    expect(world, 0..<7)
    world.kill()
  }

  @Test func a_path_that_cannot_be_looked_at_for_a_while_is_no_other_file_afterwards() throws {
    let world = try started(3)
    world.files.fail(.status, with: Errno(116))
    world.settle(seconds: 3)
    world.files.fail(.status, with: nil)
    world.files.append("/l/app.log", lines(3..<6))
    world.settle(seconds: 3)
    expect(world, 0..<6)
    world.kill()
  }

  @Test func a_file_that_is_renamed_and_back_is_one_file() throws {
    let world = try started(3)
    _ = world.files.rename("/l/app.log", to: "/l/elsewhere")
    world.settle(seconds: 2)
    _ = world.files.rename("/l/elsewhere", to: "/l/app.log")
    world.files.append("/l/app.log", lines(3..<6))
    world.settle(seconds: 3)
    expect(world, 0..<6)
    world.kill()
  }

  @Test func descriptors_are_given_back() throws {
    let world = try started(3)
    for number in 0..<20 {
      _ = world.files.rename("/l/app.log", to: "/l/app.log.\(number + 1)")
      world.files.append("/l/app.log", lines(number * 3 + 3..<(number * 3 + 6)))
      world.settle(seconds: 8)
    }
    expect(world, 0..<63)
    #expect(world.files.openCount <= 2)
    world.kill()
    #expect(world.files.openCount == 0)
  }
}
