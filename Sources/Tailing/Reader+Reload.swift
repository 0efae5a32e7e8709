import Delivery
import Pipeline
import Positions
import Syscalls

/// A file whose target has gone by a reload. What was read of it is waited for, so that a target that takes it over does
/// not read it a second time.
struct LeavingFile {
  let file: TailedFile
  /// Not longer than this, on the monotonic clock: a client that is down must not hold up the others.
  let until: Int64
  /// The same path and job, found by other targets.
  var next: [FileSighting] = []
}

// What a reload changes: jobs, targets, clients. Files that it does not concern are not touched.
extension Reader {
  /// How long a reload waits for what was read: nanoseconds.
  static let leavingWait: Int64 = 5_000_000_000

  // MARK: - Jobs and targets

  mutating func adopt(_ jobs: [Int: ReadingJob]) {
    let inUse = Set(files.lazy.compactMap { $0?.target.job })
    setup.jobs = setup.jobs.filter { inUse.contains($0.key) }.merging(jobs) { _, new in new }
    runners = runners.filter { setup.jobs[$0.key] != nil }
  }

  /// The file's target is gone.
  mutating func release(_ file: TailedFile) {
    file.isExhausted = true
    ready.removeAll { $0 === file }
    file.isQueued = false
    leaving.append(LeavingFile(file: file, until: monotonic + Self.leavingWait))
    lanes.sealAll(streams: streams)
    finishLeaving()
  }

  /// Whether the file is still being left by another target; then it is opened when that is done.
  mutating func waits(_ sighting: FileSighting) -> Bool {
    let place = leaving.firstIndex {
      $0.file.key.path == sighting.key.path && $0.file.target.jobName == sighting.target.jobName
    }
    guard let place else { return false }
    leaving[place].next.removeAll { $0.key == sighting.key }
    leaving[place].next.append(sighting)
    return true
  }

  /// The path of a file that waits refers to nothing any more.
  mutating func forgetWaiting(_ key: FileKey) {
    for index in leaving.indices { leaving[index].next.removeAll { $0.key == key } }
  }

  /// Closes the files that are acknowledged, or have been waited for long enough.
  mutating func finishLeaving() {
    if leaving.isEmpty { return }
    let now = monotonic
    let done = leaving.filter { $0.file.isAcked || $0.until <= now }
    leaving.removeAll { $0.file.isAcked || $0.until <= now }
    for one in done { close(one.file, keeping: true) }
    // Their places are all known by now.
    for next in done.flatMap(\.next) { sighted(next) }
    if let until = leaving.lazy.map(\.until).min() { nextPoll = min(nextPoll, until) }
  }

  // MARK: - Clients

  mutating func adopt(_ change: ClientChange) {
    let former = clients
    let formerNames = setup.clients.map(\.name)
    for place in change.removed {
      clients.remove(ClientSet(client: place))
      lanes.remove(client: place)
    }
    for (place, client) in change.added {
      clients.insert(ClientSet(client: place))
      if place < setup.clients.count { setup.clients[place] = client } else { setup.clients.append(client) }
      lanes.add(client.lane, at: place)
    }
    clientChanges += 1
    for case let file? in files {
      adopt(change, file, former: former, formerNames: formerNames)
      enqueue(file)
    }
  }

  private mutating func adopt(_ change: ClientChange, _ file: TailedFile, former: ClientSet, formerNames: [String]) {
    var least = UInt64.max
    var byName: [String: UInt64] = [:]
    former.forEach { place in
      byName[formerNames[place]] = file.ledgers[place].acked
      least = min(least, file.ledgers[place].acked)
    }
    let gone = change.removed.reduce(into: ClientSet()) { $0.insert(ClientSet(client: $1)) }
    // A client that is gone is waited for no longer.
    for place in change.removed { file.ledgers[place] = ledger(acked: file.ledgers[place].end) }
    for index in file.groups.indices { file.groups[index].clients.subtract(gone) }
    file.groups.removeAll { $0.clients.isEmpty }
    for (place, client) in change.added {
      // The same name goes on where it was; a new one where the slowest is, as after a restart.
      let start = byName[client.name] ?? least
      if place < file.ledgers.count {
        file.ledgers[place] = ledger(acked: start)
      } else {
        file.ledgers.append(ledger(acked: start))
      }
      guard !file.isExhausted, let job = setup.jobs[file.target.job] else { continue }
      var group = ReadGroup(
        clients: ClientSet(client: place), offset: start, state: job.pipeline.makeState(labels: file.labels))
      if !file.countsLines { group.tail = file.content.tail(before: start) }
      file.groups.append(group)
    }
    setup.positions.update(file.position) { position in
      for place in change.removed { position.offsets[formerNames[place]] = nil }
    }
    reportPosition(file)
  }

  /// A ledger whose spans are told from those of another that was in its place.
  private func ledger(acked: UInt64) -> AckLedger { AckLedger(acked: acked, first: clientChanges << 40) }
}
