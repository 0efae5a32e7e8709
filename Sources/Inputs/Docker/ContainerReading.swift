import Discovery
import Feeding
import Syscalls

/// Reads one container's log for one client, through all its lives.
struct ContainerReading {
  /// A container that does not run is asked for this often though nothing is heard of it: nanoseconds.
  private static let restingLook: Int64 = 300_000_000_000
  /// A log that the engine cannot read is tried again this often: nanoseconds.
  private static let refusedLook: Int64 = 600_000_000_000
  /// How long a stream may go on after its container has ended: nanoseconds.
  private static let lastWords: Int64 = 30_000_000_000

  private let source: ContainerSource
  private let feed: SourceFeed
  private let log: ContainerLog
  private let reader: ContainerBoard.Reader
  private var pause = RetryPause(longest: 30_000_000_000)
  /// The life that was read to its end, by its beginning.
  private var finishedLife: String?

  private enum Outcome {
    case ended
    /// There is no such container any more.
    case gone
    case refused(String)
    case failed(String)
    /// The feed wants no more.
    case closed
  }

  init(_ source: ContainerSource, after place: ContainerPlace?, into feed: SourceFeed) {
    self.source = source
    self.feed = feed
    log = ContainerLog(
      LogLines(labels: source.labels), after: place, into: feed, metrics: source.input.metrics)
    reader = source.engine.containers.join(source.id)
  }

  mutating func run() async -> SourceEnd {
    defer { reader.leave() }
    while !Task.isCancelled, !feed.isClosed {
      let container: DockerEngine.Container
      do {
        guard let found = try await source.engine.inspect(source.id) else { return await finish() }
        container = found
      } catch {
        await fail(String(describing: error))
        continue
      }
      if !container.isRunning, finishedLife == container.started {
        feed.report(.waiting(Self.resting(container)))
        reader.noteEnd()
        await reader.wait(atMost: Self.spread(Self.restingLook))
        continue
      }
      switch await read(container) {
      case .ended:
        if container.isRunning {
          // Perhaps it has ended; the next question tells. An engine that hangs up at once is not asked in a hurry.
          if log.hasBegun { pause = RetryPause(longest: 30_000_000_000) } else { await rest(pause.next()) }
        } else {
          finishedLife = container.started
          guard (try? await log.end()) != nil else { return .keep }
        }
      case .gone: return await finish()
      case .refused(let reason):
        feed.report(.failing(Self.wayOut(container, reason)))
        await reader.wait(atMost: Self.spread(Self.refusedLook))
      case .failed(let reason): await fail(reason)
      case .closed: return .keep
      }
    }
    return .keep
  }

  private func finish() async -> SourceEnd {
    (try? await log.end()) == nil ? .keep : .forget
  }

  private mutating func fail(_ reason: String) async {
    if Task.isCancelled { return }
    feed.report(.failing(reason))
    await rest(pause.next())
  }

  private func rest(_ nanoseconds: Int64) async { try? await Task.sleep(for: .nanoseconds(nanoseconds)) }

  /// A fifth more or less, so that many do not ask in step.
  private static func spread(_ nanoseconds: Int64) -> Int64 {
    Int64(Double(nanoseconds) * Double.random(in: 0.8...1.2))
  }

  // MARK: - Reading

  private func read(_ container: DockerEngine.Container) async -> Outcome {
    if source.readsFiles {
      switch ContainerLogFile.find(container, log.place) {
      case .found(let file):
        reader.note(way: file.path)
        return await read(file)
      case .unusable(let reason): reader.note(way: "the engine's API: \(reason)")
      case .none: reader.note(way: "the engine's API")
      }
    } else {
      reader.note(way: "the engine's API")
    }
    return await stream(container)
  }

  /// By the engine's API, until the stream ends.
  private func stream(_ container: DockerEngine.Container) async -> Outcome {
    let (source, log) = (source, log)
    feed.report(container.isPaused ? .waiting("the container is paused") : .reading)
    log.begin(hasTTY: container.hasTTY)
    let since = log.place?.since ?? "0"
    return await withTaskGroup(of: Outcome?.self) { group in
      group.addTask {
        do {
          return try await source.engine.logs(
            of: source.id, since: since, follows: container.isRunning
          ) { try await log.take($0) } ? .ended : .gone
        } catch is ContainerLog.Ended {
          return .closed
        } catch let refusal as DockerEngine.Refusal {
          return .refused(refusal.description)
        } catch {
          return .failed(String(describing: error))
        }
      }
      group.addTask {
        await watch()
        return nil
      }
      defer { group.cancelAll() }
      // A stream that outlives its container is cut, and asked for anew.
      return await group.next().flatMap { $0 } ?? .ended
    }
  }

  /// Tells of pauses. Returns when the container has ended and its stream has not.
  private func watch() async {
    var endedAt: Int64?
    while !Task.isCancelled {
      await reader.wait(atMost: endedAt == nil ? Self.restingLook : 1_000_000_000)
      if Task.isCancelled { return }
      if reader.isRunning == false {
        // A client that is down may keep the last lines waiting for long.
        let since = endedAt ?? Clock.monotonic()
        endedAt = log.isHanding ? Clock.monotonic() : since
        if Clock.monotonic() - since > Self.lastWords, !log.isHanding { return }
      } else {
        endedAt = nil
        feed.report(reader.isPaused ? .waiting("the container is paused") : .reading)
      }
    }
  }

  /// From the engine's file, until the container is gone or the file cannot be read.
  private func read(_ file: consuming ContainerLogFile) async -> Outcome {
    feed.report(.reading)
    var file = file
    defer { file.close() }
    let bell = source.input.watches.join()
    defer { source.input.watches.leave(bell) }
    file.watch = { source.input.watches.watch($0, bell) }
    var missing = RetryPause(longest: 30_000_000_000)
    do {
      try await log.withLines { file.begin(&$0) }
      while !Task.isCancelled, !feed.isClosed {
        let step = try await log.withLines { file.step(&$0) }
        switch step {
        case .more: missing = RetryPause(longest: 30_000_000_000)
        case .failed(let reason): return .failed(reason)
        case .atEnd:
          feed.report(condition)
          await bell.bell.wait(atMost: 10_000_000_000)
        case .missing:
          // Removed with its container, or by somebody: what is written to it then comes all the same.
          guard try await source.engine.inspect(source.id) != nil else { return .gone }
          await bell.bell.wait(atMost: missing.next())
        }
      }
      return .closed
    } catch is ContainerLog.Ended {
      return .closed
    } catch {
      return .failed(String(describing: error))
    }
  }

  // MARK: - For people

  private var condition: SourceCondition {
    if reader.isPaused { return .waiting("the container is paused") }
    return reader.isRunning == false ? .waiting("the container does not run") : .reading
  }

  private static func resting(_ container: DockerEngine.Container) -> String {
    let status = container.status.isEmpty ? "stopped" : container.status
    return "the container does not run: \(status), exit code \(container.exitCode)"
  }

  private static func wayOut(_ container: DockerEngine.Container, _ reason: String) -> String {
    let driver = container.logDriver.isEmpty ? "this log driver" : "the log driver \(container.logDriver)"
    return "the engine cannot read what \(driver) was given (\(reason)): use json-file, local or journald for the "
      + "container (--log-driver, or logging: in a Compose file), or drop it by a rule"
  }
}
