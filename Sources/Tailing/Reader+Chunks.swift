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
      if read(file) { enqueueNow(file) }
    }
    if streams.count > Self.streamLimit {
      lanes.sealAll(streams: streams)
      lanes.forgetStreams()
      streams.removeAll()
    }
  }

  /// Reads one chunk for each group of the file. True when there is more to read now.
  mutating func read(_ file: TailedFile) -> Bool {
    file.lookedAt = setup.clocks.wall()
    if file.hasRested { lookAgain(file) }
    if file.isExhausted { return false }
    file.hasRested = true
    if let predecessor = file.predecessor {
      // Its turn comes when the file before it is at its end.
      if !predecessor.isAtEnd { return false }
      file.predecessor = nil
    }
    if file.notBefore > 0 {
      if file.notBefore > monotonic {
        nextPoll = min(nextPoll, file.notBefore)
        return false
      }
      file.notBefore = 0
    }
    if file.isCopy || isCopy(file) {
      passOver(file)
      return false
    }
    let wasBlocked = file.isBlocked
    file.isBlocked = false
    if isPaused(file) { return false }
    var hasMore = false
    var foundRoom = false
    var index = 0
    while index < file.groups.count, !file.isExhausted {
      let open = clientsWithRoom(file, index)
      if !open.isEmpty { foundRoom = true }
      if open != file.groups[index].clients { file.isBlocked = true }
      if open.isEmpty {
        file.groups[index].isAtEnd = false
        index += 1
        continue
      }
      file.split(index, open)
      let groupHasMore = readChunk(file, index, clients: open, isLast: false)
      if groupHasMore { hasMore = true }
      file.groups[index].isAtEnd = !groupHasMore && !isPaused(file)
      index += 1
    }
    file.mergeGroups()
    if file.isBlocked, !wasBlocked { file.hasLittle = hasLittle(file) }
    if foundRoom || !file.isBlocked { leaveTheLine(file) }
    if file.isBlocked { lineUp(file) }
    file.hasRested = !hasMore
    if file.isFailing {
      file.isAtEnd = false
      letSuccessorGo(file)
    } else if !hasMore, !file.isBlocked, !isPaused(file) {
      reachedEnd(file)
    }
    return hasMore && !file.isExhausted
  }

  private func hasLittle(_ file: TailedFile) -> Bool {
    guard !file.countsLines, case .success(let status) = file.content.status else { return false }
    return file.groups.indices.allSatisfy { status.size <= file.groups[$0].offset + Self.little }
  }

  /// Looks at the beginning of a file that was left alone for a while, also where it cannot be read on yet. Lines may end
  /// alike, so that what stands before the place tells nothing.
  private mutating func lookAgain(_ file: TailedFile) {
    if file.isExhausted || file.countsLines { return }
    if file.fingerprint.isWhole {
      if file.content.differs(from: file.fingerprint) { startAnew(file) }
      return
    }
    let length = file.fingerprint.length
    switch file.content.growth(of: file.fingerprint) {
    case .differs: startAnew(file)
    case .grown(let grown):
      file.fingerprint = grown
      if grown.length != length { setup.positions.note(file.position, grown) }
    case .unknown: break
    }
  }

  /// What the file holds is read elsewhere: it counts as read and acknowledged.
  private mutating func passOver(_ file: TailedFile) {
    if !file.isCopy {
      file.isCopy = true
      setup.metrics.copies.add()
      setup.log.info(
        "file is a copy and is not read again", ("path", file.key.path), ("of", file.original?.path ?? ""))
    }
    guard case .success(let status) = file.content.status else { return }
    for index in file.groups.indices where file.groups[index].offset < status.size {
      file.groups[index].offset = status.size
      file.groups[index].clients.forEach { client in
        let span = file.ledgers[client].open(end: max(status.size, file.ledgers[client].end))
        _ = file.ledgers[client].release(span)
      }
    }
    file.mergeGroups()
    file.series.readBytes.set(Double(status.size))
    file.fingerprint = file.content.fingerprint(length: Fingerprint.full)
    file.isAtEnd = true
    reportPosition(file)
  }

  mutating func clientsWithRoom(_ file: TailedFile, _ index: Int) -> ClientSet {
    var open: ClientSet = []
    file.groups[index].clients.forEach { client in
      if let used = file.groups[index].lanes[client] {
        if lanes.hasRoom(used) { open.insert(ClientSet(client: client)) }
      } else {
        let stream = streams.intern(file.groups[index].state.labels)
        if lanes.hasRoom([lanes.lane(of: stream, client: client, in: streams)]) {
          open.insert(ClientSet(client: client))
        }
      }
    }
    return open
  }

  private mutating func reachedEnd(_ file: TailedFile) {
    file.isAtEnd = true
    letSuccessorGo(file)
  }

  /// What follows the file is read from now on, also where it cannot be read itself.
  private mutating func letSuccessorGo(_ file: TailedFile) {
    guard let next = file.successor else { return }
    file.successor = nil
    next.predecessor = nil
    enqueueNow(next)
  }

  mutating func enqueueNow(_ file: TailedFile) {
    if file.isQueued { return }
    file.isQueued = true
    ready.append(file)
  }

  /// Reads and ships one chunk for some clients of a group. True when there may be more.
  /// - Parameter isLast: the file is done with, so a last line without its end is sent as it is.
  mutating func readChunk(_ file: TailedFile, _ index: Int, clients: ClientSet, isLast: Bool) -> Bool {
    if file.countsLines || file.encoding != nil { return readLines(file, index, clients: clients, isLast: isLast) }
    let window: Window
    if file.groups[index].searched == 0 || isLast {
      window = fill(
        file, index, wanted: max(Self.chunkSize, isLast ? file.groups[index].searched + Self.chunkSize : 0),
        isLast: isLast)
    } else {
      window = fillBehindLongLine(file, index)
    }
    guard case .bytes(let base, let count) = window else {
      guard case .changed = window else { return false }
      startAnew(file)
      // A copy may hold the rest.
      return !file.isExhausted
    }
    if count == 0 { return !isLast && checkTruncation(file, index) }
    var end = count
    if !isLast {
      guard let last = UnsafeBufferPointer(start: base, count: count).lastIndex(of: 0x0a) else {
        return longLine(file, index, clients, base, count)
      }
      end = last + 1
    }
    // A stretch that was read before a crash is not mixed with what follows it: it keeps its time.
    let until = file.stamps.time(at: file.groups[index].offset).until
    end = Int(min(UInt64(end), until - file.groups[index].offset))
    let done = ship(file, index, clients, UnsafeBufferPointer(start: base, count: end))
    shrinkBuffer()
    // The rest is read when the rate allows.
    if done < end { return false }
    return end < count || count >= Self.chunkSize
  }

  /// What a read at a group's place gave.
  private enum Window {
    /// From the place on; in `buffer`.
    case bytes(UnsafePointer<UInt8>, Int)
    /// What stands before the place is not what was read there.
    case changed
    case failed
  }

  /// Reads at the group's place, and what stands before it once more.
  private mutating func fill(_ file: TailedFile, _ index: Int, wanted: Int, isLast: Bool) -> Window {
    let tail = file.groups[index].tail
    buffer.removeAll()
    buffer.reserve(wanted + tail.count)
    let start = file.groups[index].offset - UInt64(tail.count)
    // A read may give less than is there. That matters where what follows depends on having come to the end; a file that is
    // being written is looked at again in any case.
    let mayStopShort = file.successor == nil && !file.isRotated && !isLast && !file.isReadInPieces
    guard var count = fill(file, at: start, wanted: wanted + tail.count, fully: !mayStopShort) else { return .failed }
    if count < tail.count {
      // A read may give less than is there.
      let rest = UnsafeMutableRawBufferPointer(start: buffer.base + count, count: tail.count - count)
      guard case .success(let more) = file.content.readFully(at: start + UInt64(count), into: rest) else {
        return .failed
      }
      count += more
      buffer.setCount(count)
    }
    if count < tail.count || !tail.matches(UnsafeRawPointer(buffer.base)) { return .changed }
    return .bytes(UnsafePointer(buffer.base + tail.count), count - tail.count)
  }

  /// nil when nothing could be read, which is told of once.
  /// - Parameter fully: goes on until there is nothing more, since a read may give less than is there.
  mutating func fill(_ file: TailedFile, at offset: UInt64, wanted: Int, fully: Bool = true) -> Int? {
    buffer.removeAll()
    buffer.reserve(wanted)
    let room = UnsafeMutableRawBufferPointer(start: buffer.base, count: wanted)
    switch fully ? file.content.readFully(at: offset, into: room) : file.content.read(at: offset, into: room) {
    case .success(let count):
      buffer.setCount(count)
      file.isFailing = false
      return count
    case .failure(let error):
      setup.metrics.readFailures.add()
      if !file.isFailing {
        setup.log.warn("cannot read file; will try again", ("path", file.key.path), ("error", error))
        file.isFailing = true
        nextPoll = min(nextPoll, monotonic + Self.openRetry)
      }
      return nil
    }
  }

  /// A line longer than a chunk: only what is new is searched for its end, then all of it is read.
  private mutating func fillBehindLongLine(_ file: TailedFile, _ index: Int) -> Window {
    while true {
      let group = file.groups[index]
      guard let fresh = fill(file, at: group.offset + UInt64(group.searched), wanted: Self.chunkSize) else {
        return .failed
      }
      // Nothing new, or the line has become shorter.
      if fresh == 0 {
        let window = fill(file, index, wanted: 1, isLast: false)
        guard case .bytes(let base, let count) = window else { return window }
        if count == 0 { file.groups[index].searched = 0 }
        return .bytes(base, 0)
      }
      if memchr(buffer.base, 0x0a, fresh) != nil || group.searched + fresh >= Self.longestLine {
        return fill(file, index, wanted: group.searched + fresh, isLast: false)
      }
      file.groups[index].searched += fresh
    }
  }

  private mutating func longLine(
    _ file: TailedFile, _ index: Int, _ clients: ClientSet, _ base: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    if count < Self.longestLine {
      file.groups[index].searched = count
      return count >= Self.chunkSize
    }
    setup.log.warn("line is cut", ("path", file.key.path), ("bytes", count))
    _ = ship(file, index, clients, UnsafeBufferPointer(start: base, count: count))
    shrinkBuffer()
    return true
  }

  mutating func shrinkBuffer() {
    if buffer.capacity > 4 * Self.chunkSize { buffer = ByteBuffer(capacity: Self.chunkSize) }
  }

  /// Runs a chunk of whole lines through the pipeline and into the batches.
  /// - Returns: how many of its bytes were run; fewer where a rate is used up.
  private mutating func ship(
    _ file: TailedFile, _ index: Int, _ clients: ClientSet, _ chunk: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let offset = file.groups[index].offset
    let known = file.stamps.time(at: offset).time
    let readTime = known ?? max(setup.clocks.wall(), file.nextReadTime)
    let now = monotonic
    block.removeAll()
    let done = runner(file.target.job).run(
      chunk, offset: offset, readTime: readTime, now: now, state: &file.groups[index].state, streams: &streams,
      into: &block)
    if known == nil, done > 0 {
      // Of lines that tell their time themselves nothing need be on disk.
      note(
        file, ReadStamp(start: offset, end: offset + UInt64(done), time: readTime),
        isNeeded: block.hasReadTimes || file.groups[index].hold != nil)
    }
    let read = UnsafeBufferPointer(rebasing: chunk[..<done])
    file.groups[index].offset += UInt64(done)
    file.groups[index].tail.note(UnsafeRawBufferPointer(read))
    file.groups[index].searched = 0
    deliver(file, index, clients, chunk: chunk.baseAddress!, offset: offset, now: now)
    count(file, index, bytes: done, lines: block.lines, upTo: file.groups[index].offset)
    return done
  }

  /// The runner of a job, which keeps what is needed per line.
  mutating func runner(_ job: Int) -> PipelineRunner {
    if let known = runners[job] { return known }
    let runner = PipelineRunner(setup.jobs[job]!.pipeline)
    runners[job] = runner
    return runner
  }

  /// Puts the entries of the block into the batches, and moves the position up to what is held.
  /// - Parameter offset: of the chunk in the file.
  mutating func deliver(
    _ file: TailedFile, _ index: Int, _ clients: ClientSet, chunk: UnsafePointer<UInt8>, offset: UInt64, now: Int64
  ) {
    let next = file.groups[index].offset
    let done = min(next, file.groups[index].hold ?? next)
    var moved = false
    clients.forEach { client in
      let span = file.ledgers[client].open(end: max(done, file.ledgers[client].end))
      var ticket = AckTicket(file: file.number, life: file.life, client: UInt32(client), span: span)
      lanes.append(
        block, chunk: chunk, offset: offset, client: client, streams: streams, ticket: &ticket,
        ledger: &file.ledgers[client], used: &used, now: min(now, writtenSince))
      file.groups[index].note(used, of: client)
      if file.ledgers[client].release(ticket.span) { moved = true }
    }
    if moved { reportPosition(file) }
  }

  /// A stretch was read for the first time; its time is on disk before its lines are sent, if it is theirs.
  func note(_ file: TailedFile, _ stamp: ReadStamp, isNeeded: Bool) {
    file.nextReadTime = stamp.time + Int64(stamp.end - stamp.start)
    file.stamps.add(stamp)
    setup.positions.note(file.position, stamp, isNeeded: isNeeded)
  }

  mutating func count(_ file: TailedFile, _ index: Int, bytes: Int, lines: Int, upTo offset: UInt64) {
    setup.metrics.bytes.add(bytes)
    let now = monotonic
    if now - file.readAt < Self.busySpan { busyUntil = now + Self.busySpan }
    file.readAt = now
    if file.isRotated { file.phase = .rotated(quietSince: now) }
    file.isAtEnd = false
    nextDue = min(nextDue, file.groups[index].due(after: now) ?? .max)
    // The group that is furthest counts; one that catches up reads lines that were counted.
    let offset = Double(offset)
    guard offset > file.series.readBytes.current || file.groups.count == 1 else { return }
    file.series.readBytes.set(offset)
    file.series.readLines.add(lines)
    if file.series.fileBytes.current < offset { file.series.fileBytes.set(offset) }
  }

  /// At the end of what was read, where nothing tells that it is still the same: is the file shorter than that?
  /// True when there is more to read, of a copy.
  private mutating func checkTruncation(_ file: TailedFile, _ index: Int) -> Bool {
    guard file.groups[index].tail.count == 0, file.groups[index].offset > 0,
      case .success(let status) = file.content.status, status.size < file.groups[index].offset
    else { return false }
    startAnew(file)
    return !file.isExhausted
  }
}
