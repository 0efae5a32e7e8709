import Bytes
import Delivery
import Glibc
import LogModel
import Pipeline
import Positions
import Syscalls
import Telemetry

// Reading: which file comes next, what is read of it, and where its entries go.
extension Reader {
  /// Gives each file that has something to read one chunk in turn, so that a busy one does not starve the others.
  mutating func readSome() {
    if isDraining { return }
    let round = ready
    ready.removeAll(keepingCapacity: true)
    for file in round {
      file.isQueued = false
      // Closed while it stood in the queue.
      guard files[Int(file.number)] === file else { continue }
      if read(file) {
        file.isQueued = true
        ready.append(file)
      }
    }
    if streams.count > Self.streamLimit {
      lanes.sealAll(streams: streams)
      lanes.forgetStreams()
      streams.removeAll()
    }
  }

  /// Reads one chunk for each group of the file. True when there is more to read now.
  mutating func read(_ file: TailedFile) -> Bool {
    if let predecessor = file.predecessor {
      // Its turn comes when the file before it is at its end.
      if !predecessor.isAtEnd { return false }
      file.predecessor = nil
    }
    file.isBlocked = false
    if isPaused(file) { return false }
    var hasMore = false
    var index = 0
    while index < file.groups.count {
      let open = clientsWithRoom(file, index)
      if open != file.groups[index].clients { file.isBlocked = true }
      if open.isEmpty {
        file.groups[index].isAtEnd = false
        index += 1
        continue
      }
      file.split(index, open)
      let groupHasMore = readChunk(file, index, clients: open, isLast: false)
      if groupHasMore { hasMore = true }
      // A truncation has put one group in the place of all.
      if index < file.groups.count { file.groups[index].isAtEnd = !groupHasMore && !isPaused(file) }
      index += 1
    }
    file.mergeGroups()
    if !hasMore, !file.isBlocked, !isPaused(file) { reachedEnd(file) }
    return hasMore
  }

  mutating func clientsWithRoom(_ file: TailedFile, _ index: Int) -> ClientSet {
    var open: ClientSet = []
    let group = file.groups[index]
    group.clients.forEach { client in
      if let used = group.lanes[client] {
        if lanes.hasRoom(used) { open.insert(ClientSet(client: client)) }
      } else {
        let stream = streams.intern(group.state.labels)
        if lanes.hasRoom([lanes.lane(of: stream, client: client, in: streams)]) {
          open.insert(ClientSet(client: client))
        }
      }
    }
    return open
  }

  private mutating func reachedEnd(_ file: TailedFile) {
    file.isAtEnd = true
    if let next = file.successor {
      file.successor = nil
      enqueueNow(next)
    }
    if !file.fingerprint.isWhole, file.groups[0].offset > UInt64(file.fingerprint.length) { growFingerprint(file) }
  }

  mutating func enqueueNow(_ file: TailedFile) {
    if file.isQueued { return }
    file.isQueued = true
    ready.append(file)
  }

  private func growFingerprint(_ file: TailedFile) {
    withUnsafeTemporaryAllocation(byteCount: Fingerprint.full, alignment: 8) { bytes in
      guard case .success(let count) = setup.files.read(file.handle, at: 0, into: bytes) else { return }
      file.fingerprint = Fingerprint(
        length: count, hash: Hash.bytes(UnsafeRawBufferPointer(rebasing: bytes[..<count])))
    }
    setup.positions.update(file.position) { $0.fingerprint = file.fingerprint }
  }

  /// Reads and ships one chunk for some clients of a group. True when there may be more.
  /// - Parameter isLast: the file is done with, so a last line without its end is sent as it is.
  mutating func readChunk(_ file: TailedFile, _ index: Int, clients: ClientSet, isLast: Bool) -> Bool {
    var count: Int
    if file.groups[index].searched == 0 || isLast {
      count = fill(
        file, at: file.groups[index].offset,
        wanted: max(Self.chunkSize, isLast ? file.groups[index].searched + Self.chunkSize : 0))
    } else {
      count = fillBehindLongLine(file, index)
    }
    if count == 0 {
      if !isLast { checkTruncation(file) }
      return false
    }
    var end = count
    if !isLast {
      guard let last = buffer.bytes.lastIndex(of: 0x0a) else { return longLine(file, index, clients, count) }
      end = last + 1
    }
    // A stretch that was read before a crash is not mixed with what follows it: it keeps its time.
    let until = file.stamps.time(at: file.groups[index].offset).until
    end = Int(min(UInt64(end), until - file.groups[index].offset))
    let done = ship(file, index, clients, length: end)
    shrinkBuffer()
    // The rest is read when the rate allows.
    if done < end { return false }
    return count == buffer.capacity || end < count || count >= Self.chunkSize
  }

  private mutating func fill(_ file: TailedFile, at offset: UInt64, wanted: Int) -> Int {
    buffer.removeAll()
    buffer.reserve(wanted)
    switch setup.files.read(
      file.handle, at: offset, into: UnsafeMutableRawBufferPointer(start: buffer.base, count: wanted))
    {
    case .success(let count):
      buffer.setCount(count)
      return count
    case .failure(let error):
      setup.log.warn("cannot read file", ("path", file.key.path), ("error", error))
      return 0
    }
  }

  /// A line longer than a chunk: only what is new is searched for its end, then all of it is read.
  private mutating func fillBehindLongLine(_ file: TailedFile, _ index: Int) -> Int {
    let group = file.groups[index]
    let fresh = fill(file, at: group.offset + UInt64(group.searched), wanted: Self.chunkSize)
    if fresh == 0 { return 0 }
    if memchr(buffer.base, 0x0a, fresh) == nil, group.searched + fresh < Self.longestLine {
      file.groups[index].searched += fresh
      // Nothing to ship yet; more may be there at once.
      return fresh < Self.chunkSize ? 0 : fillBehindLongLine(file, index)
    }
    return fill(file, at: group.offset, wanted: group.searched + fresh)
  }

  private mutating func longLine(_ file: TailedFile, _ index: Int, _ clients: ClientSet, _ count: Int) -> Bool {
    if count < Self.longestLine {
      file.groups[index].searched = count
      return count >= Self.chunkSize
    }
    setup.log.warn("line is cut", ("path", file.key.path), ("bytes", count))
    _ = ship(file, index, clients, length: count)
    shrinkBuffer()
    return true
  }

  private mutating func shrinkBuffer() {
    if buffer.capacity > 4 * Self.chunkSize { buffer = ByteBuffer(capacity: Self.chunkSize) }
  }

  /// Runs the first `length` bytes of the buffer through the pipeline and into the batches.
  /// - Returns: how many of them were run; fewer where a rate is used up.
  private mutating func ship(_ file: TailedFile, _ index: Int, _ clients: ClientSet, length: Int) -> Int {
    let chunk = UnsafeBufferPointer(start: UnsafePointer(buffer.base), count: length)
    let offset = file.groups[index].offset
    let known = file.stamps.time(at: offset).time
    let readTime = known ?? max(Clock.wall(), file.nextReadTime)
    let now = Clock.monotonic()
    block.removeAll()
    let done = runners[file.target.job].run(
      chunk, offset: offset, readTime: readTime, now: now, state: &file.groups[index].state, streams: &streams,
      into: &block)
    if known == nil, done > 0 { note(file, ReadStamp(start: offset, end: offset + UInt64(done), time: readTime)) }
    file.groups[index].offset += UInt64(done)
    file.groups[index].searched = 0
    deliver(file, index, clients, chunk: UnsafePointer(buffer.base), now: now)
    setup.metrics.bytes.add(done)
    count(file, index, lines: block.lines)
    if file.isRotated { file.phase = .rotated(quietSince: now) }
    file.isAtEnd = false
    nextDue = min(nextDue, file.groups[index].due(after: now) ?? .max)
    return done
  }

  /// Puts the entries of the block into the batches, and moves the position up to what is held.
  mutating func deliver(
    _ file: TailedFile, _ index: Int, _ clients: ClientSet, chunk: UnsafePointer<UInt8>, now: Int64
  ) {
    let next = file.groups[index].offset
    let done = min(next, file.groups[index].state.hold ?? next)
    var moved = false
    clients.forEach { client in
      let span = file.ledgers[client].open(end: max(done, file.ledgers[client].end))
      let ticket = AckTicket(file: file.number, life: file.life, client: UInt32(client), span: span)
      lanes.append(
        block, chunk: chunk, client: client, streams: streams, ticket: ticket,
        ledger: &file.ledgers[client], used: &used, now: now)
      if !used.isEmpty { file.groups[index].lanes[client] = used }
      if file.ledgers[client].release(span) { moved = true }
    }
    if moved { reportPosition(file) }
  }

  /// A stretch was read for the first time; its time is on disk before its lines are sent.
  private func note(_ file: TailedFile, _ stamp: ReadStamp) {
    file.nextReadTime = stamp.time + Int64(stamp.end - stamp.start)
    file.stamps.add(stamp)
    setup.positions.note(file.position, stamp)
  }

  private func reportPosition(_ file: TailedFile) {
    file.stamps.forget(before: file.ledgers.lazy.map(\.acked).min() ?? 0)
    setup.positions.update(file.position) { position in
      for (client, name) in setup.clientNames.enumerated() { position.offsets[name] = file.ledgers[client].acked }
    }
  }

  private func count(_ file: TailedFile, _ index: Int, lines: Int) {
    // The group that is furthest counts; one that catches up reads lines that were counted.
    let offset = Double(file.groups[index].offset)
    guard offset > file.readBytes.current || file.groups.count == 1 else { return }
    file.readBytes.set(offset)
    file.readLines.add(lines)
    if file.fileBytes.current < offset { file.fileBytes.set(offset) }
  }

  /// At the end of what was read: is the file shorter than that?
  private mutating func checkTruncation(_ file: TailedFile) {
    guard case .success(let status) = setup.files.status(of: file.handle) else { return }
    file.fileBytes.set(Double(status.size))
    guard file.groups.contains(where: { status.size < $0.offset }) else { return }
    letGo(file)
    setup.metrics.truncations.add()
    setup.log.info("file was truncated and is read from its beginning", ("path", file.key.path))
    lives[Int(file.number)] += 1
    file.life = lives[Int(file.number)]
    file.ledgers = file.ledgers.map { _ in AckLedger(acked: 0) }
    var labels = file.target.labels
    labels["filename"] = file.key.path
    let state = setup.pipelines[file.target.job].makeState(labels: labels)
    file.groups = [ReadGroup(clients: .first(setup.clientNames.count), offset: 0, state: state)]
    file.fingerprint = .empty
    file.stamps = ReadStamps()
    setup.positions.update(file.position) { $0.stamps = ReadStamps() }
    file.readBytes.set(0)
    reportPosition(file)
    enqueueNow(file)
  }
}
