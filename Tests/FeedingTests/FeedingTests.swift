import Delivery
import LogModel
import Positions
import Synchronization
import Syscalls
import Testing

@testable import Feeding

@Suite struct FeedingTests {
  private static let key = SourceKey(job: "test", entry: "journal-test")

  @Test func entriesKeepTheirTimesLabelsAndLineEnds() async throws {
    let world = try FeedingWorld(batchWait: 50_000_000)
    let source = ScriptedSource { _, feed in
      var chunk = EntryChunk(
        labelSets: [LabelSet(["unit": "a"]), LabelSet(["unit": "b"])], place: SourcePlace(entry: "c1"))
      for (labels, line) in [(0, "one\ntwo"), (1, "three"), (0, "")] {
        Array(line.utf8).withUnsafeBufferPointer {
          chunk.append($0, labels: labels, time: Timestamp(seconds: 5, nanoseconds: UInt32(labels)))
        }
      }
      _ = await feed.put(chunk)
      await untilCancelled()
      return .keep
    }
    world.set.update([world.target(source)])
    let batch = await world.next()
    #expect(
      batch.entries.sorted() == [
        "{unit=\"a\"} 5000000000 ", "{unit=\"a\"} 5000000000 one\ntwo", "{unit=\"b\"} 5000000001 three",
      ])
    batch.deliver()
    await world.end()
  }

  @Test func thePlaceMovesWithTheAcknowledgement() async throws {
    let world = try FeedingWorld()
    let source = ScriptedSource { _, feed in
      for place in 1...2 { _ = await feed.put(EntryChunk(["line \(place)"], place: place)) }
      await untilCancelled()
      return .keep
    }
    world.set.update([world.target(source)])
    let first = await world.next()
    #expect(world.positions.place(of: Self.key, client: "a") == nil)
    first.deliver()
    #expect(await eventually { world.positions.place(of: Self.key, client: "a")?.entry == "1" })
    let second = await world.next()
    #expect(second.entries == ["{job=\"test\"} 0 line 2"])
    second.deliver()
    #expect(await eventually { world.positions.place(of: Self.key, client: "a")?.entry == "2" })
    await world.end()
  }

  @Test func aChunkWhoseLinesAreDroppedMovesThePlaceBehindWhatWasSent() async throws {
    let world = try FeedingWorld(stages: "[{drop: {expression: noise}}]")
    let source = ScriptedSource { _, feed in
      _ = await feed.put(EntryChunk(["kept"], place: 1))
      _ = await feed.put(EntryChunk(["noise"], place: 2))
      await untilCancelled()
      return .keep
    }
    world.set.update([world.target(source)])
    let batch = await world.next()
    #expect(world.positions.place(of: Self.key, client: "a") == nil)
    batch.deliver()
    #expect(await eventually { world.positions.place(of: Self.key, client: "a")?.entry == "2" })
    await world.end()
  }

  @Test func aClientThatIsDownHoldsNothingButItsSource() async throws {
    let world = try FeedingWorld(clients: ["down", "up"])
    let handed = Mutex<[String: Int]>([:])
    let source = ScriptedSource { _, feed in
      for place in 1...20 {
        guard await feed.put(EntryChunk(["line \(place)"], place: place)) else { break }
        handed.withLock { $0[feed.client, default: 0] += 1 }
      }
      await untilCancelled()
      return .keep
    }
    world.set.update([world.target(source)])
    for place in 1...20 {
      let batch = await world.next(client: 1)
      #expect(batch.entries == ["{job=\"test\"} 0 line \(place)"])
      batch.deliver()
    }
    #expect(await eventually { world.positions.place(of: Self.key, client: "up")?.entry == "20" })
    #expect(handed.withLock { $0["down"] ?? 0 } < 4)
    await world.end()
  }

  @Test func aSourceGoesOnFromItsPlaceAfterAReload() async throws {
    let world = try FeedingWorld()
    @Sendable func run(_ place: SourcePlace?, _ feed: SourceFeed) async -> SourceEnd {
      let next = (place.flatMap { Int($0.entry) } ?? 0) + 1
      _ = await feed.put(EntryChunk(["line \(next)"], place: next))
      await untilCancelled()
      return .keep
    }
    let first = ScriptedSource(script: run)
    world.set.update([world.target(first)])
    let batch = await world.next()
    world.set.update([world.target(first)])
    #expect(first.begun.withLock { $0.count } == 1, "the same source is not touched")
    let second = ScriptedSource(signature: "other", script: run)
    world.set.update([world.target(second)])
    // The other one waits for what is under way.
    batch.deliver()
    let next = await world.next()
    #expect(next.entries == ["{job=\"test\"} 0 line 2"])
    #expect(second.begun.withLock { $0.map { $0?.entry } } == ["1"])
    next.deliver()
    await world.end()
  }

  @Test func heldLinesHoldThePlace() async throws {
    let world = try FeedingWorld(stages: "[{multiline: {firstline: '^\\S', max_wait_time: 1h}}]")
    let source = ScriptedSource { _, feed in
      _ = await feed.put(EntryChunk(["first", " more"], place: 1))
      _ = await feed.put(EntryChunk(["second"], place: 2))
      await untilCancelled()
      return .keep
    }
    world.set.update([world.target(source)])
    let batch = await world.next()
    #expect(batch.entries == ["{job=\"test\"} 0 first\n more"])
    batch.deliver()
    #expect(await eventually { world.positions.place(of: Self.key, client: "a")?.entry == "1" })
    await world.end()
    #expect(world.positions.place(of: Self.key, client: "a")?.entry == "1", "the second line is held")
  }

  @Test func aSourceThatIsGoneIsForgottenOnceItIsAcknowledged() async throws {
    let stored = StoredPositions(entries: ["cursor-x": "7"])
    let world = try FeedingWorld(stages: "[{multiline: {firstline: '^\\S', max_wait_time: 1h}}]", stored: stored)
    let source = ScriptedSource("cursor-x") { place, feed in
      _ = await feed.put(EntryChunk(["last"], place: 8))
      return .forget
    }
    world.set.update([world.target(source)])
    let batch = await world.next()
    #expect(batch.entries == ["{job=\"test\"} 0 last"], "what was held is let go with the source")
    #expect(source.begun.withLock { $0.map { $0?.entry } } == ["7"], "Promtail's word counts")
    batch.deliver()
    #expect(
      await eventually { world.positions.place(of: SourceKey(job: "test", entry: "cursor-x"), client: "a") == nil })
    await world.end()
  }

  @Test func nothingIsRememberedOfSourcesThatAreGone() async throws {
    let world = try FeedingWorld()
    for number in 0..<50 {
      let ended = ScriptedSource("cursor-\(number)") { _, _ in .forget }
      let stopped = ScriptedSource("cursor-x\(number)") { _, _ in
        await untilCancelled()
        return .keep
      }
      world.set.update([world.target(ended), world.target(stopped)])
    }
    world.set.update([])
    #expect(await eventually { world.set.leavingCount == 0 })
    await world.end()
  }

  @Test func aClientThatGoesAndOneThatComes() async throws {
    let world = try FeedingWorld(clients: ["a", "b"])
    @Sendable func run(_ place: SourcePlace?, _ feed: SourceFeed) async -> SourceEnd {
      let next = (place.flatMap { Int($0.entry) } ?? 0) + 1
      _ = await feed.put(EntryChunk(["line \(next)"], place: next))
      await untilCancelled()
      return .keep
    }
    world.set.update([world.target(ScriptedSource(script: run))])
    let toA = await world.next(client: 0)
    toA.deliver()
    let toB = await world.next(client: 1)
    #expect(await eventually { world.positions.place(of: Self.key, client: "a")?.entry == "1" })
    world.set.change(ClientChange(removed: [1], added: [(place: 1, client: FeedingWorld.client("c"))]))
    toB.giveBack()
    let toC = await world.next(client: 1)
    #expect(toC.entries == ["{job=\"test\"} 0 line 2"], "a new client begins where the slowest that is left is")
    toC.deliver()
    await world.end()
  }

  @Test func aThreadMayBlockInstead() async throws {
    let world = try FeedingWorld()
    let source = ScriptedSource { _, feed in
      await withCheckedContinuation { continuation in
        _ = try? WorkerThread(name: "source") {
          _ = feed.putBlocking(EntryChunk(["from a thread"], place: 1))
          continuation.resume()
        }
      }
      await untilCancelled()
      return .keep
    }
    world.set.update([world.target(source)])
    let batch = await world.next()
    #expect(batch.entries == ["{job=\"test\"} 0 from a thread"])
    batch.deliver()
    await world.end()
  }
}
