import Decompression
import Delivery
import LogModel
import Pipeline
import Positions
import Syscalls
import Telemetry
import TextEncoding

// Files come and go: what a path refers to, and when an open file is done with.
extension Reader {
  mutating func sighted(_ sighting: FileSighting, isRepeated: Bool = false) {
    if waits(sighting) || isStale(sighting) || revive(sighting) { return }
    let old = current.removeValue(forKey: sighting.key)
    if let old { rotate(old) }
    let renamed = renamedFrom.removeValue(forKey: sighting.key).flatMap { files[Int($0)] }
    let known = setup.positions.known(path: sighting.key.path, job: sighting.target.jobName)
    let wasOther = !known.isEmpty && !known.contains { $0.identity == sighting.identity && !$0.isRotated }
    guard let file = open(sighting, wasOther: wasOther, isRepeated: isRepeated) else {
      unopened[sighting.key] = sighting
      nextPoll = min(nextPoll, monotonic + Self.openRetry)
      if let before = old ?? renamed { renamedFrom[sighting.key] = before.number }
      return
    }
    current[sighting.key] = file
    // What was seen under the path may have been renamed before it was opened; then it is one of those that were missed.
    var sighting = sighting
    sighting.identity = file.identity
    setup.positions.noteFound(path: sighting.key.path, job: sighting.target.jobName)
    let left = known.filter { $0 != file.resumedFrom }
    let predecessor = openMissed(sighting, after: old ?? renamed, left)
    file.predecessor = predecessor
    predecessor?.successor = file
    noteOriginal(of: file)
    enqueue(file)
  }

  /// Whether the path refers to the file that is being read already: it was opened when older news was heard of.
  private func isStale(_ sighting: FileSighting) -> Bool {
    guard let file = current[sighting.key] else { return false }
    if file.identity == sighting.identity { return true }
    if case .success(let now) = setup.files.status(at: sighting.key.path) { return now.identity == file.identity }
    return false
  }

  /// A file that is held open as rotated lies under its path again, or still: older news said otherwise.
  private mutating func revive(_ sighting: FileSighting) -> Bool {
    if rotated.isEmpty { return false }
    guard case .success(let now) = setup.files.status(at: sighting.key.path) else { return false }
    for file in rotated
    where file.key == sighting.key && file.identity == now.identity && !file.isExhausted && !file.isReadFromCopy {
      if let other = current.removeValue(forKey: sighting.key) { rotate(other) }
      goOn(file, as: sighting.key)
      return true
    }
    return false
  }

  /// A rotated file is the one under a path again.
  private mutating func goOn(_ file: TailedFile, as key: FileKey) {
    file.phase = .current
    rotated.removeAll { $0 === file }
    setup.metrics.rotatedOpen.add(-1)
    setup.metrics.filesActive.add(1)
    file.series = file.series.moved(to: key.path, setup.metrics)
    current[key] = file
    setup.positions.update(file.position) {
      $0.path = key.path
      $0.isRotated = false
    }
    enqueue(file)
  }

  /// The path refers to nothing, or did so when this was noticed.
  mutating func vanished(_ key: FileKey) {
    guard let file = current[key] else { return }
    if case .success(let now) = setup.files.status(at: key.path), now.identity == file.identity { return }
    current[key] = nil
    rotate(file)
    readMissed(FileSighting(key: key, target: file.target, identity: file.identity), after: file)
  }

  /// A rotated file whose new name matches too goes on as the same file.
  mutating func renamed(_ former: FileKey, _ sighting: FileSighting) {
    let key = sighting.key
    let held = files.lazy.compactMap { $0 }.last { $0.key == former && $0.identity == sighting.identity }
    guard let file = held else {
      // Let go of meanwhile, or never opened: then it is as good as new.
      sighted(sighting)
      return
    }
    if current[former] === file { current[former] = nil }
    if !file.isRotated { setup.metrics.forget(path: former.path) }
    file.key = key
    if former != key { renamedFrom[former] = file.number }
    if file.isRotated {
      goOn(file, as: key)
      return
    }
    file.series = file.series.moved(to: key.path, setup.metrics)
    current[key] = file
    setup.positions.update(file.position) { $0.path = key.path }
    enqueue(file)
  }

  /// - Parameters:
  ///   - found: content that is open already, of a file that lies under another name.
  ///   - wasOther: the path referred to another file when the last run ended.
  ///   - isRepeated: a failure has been told of before.
  mutating func open(
    _ sighting: FileSighting, found: MissedFile? = nil, wasOther: Bool, isRepeated: Bool = false
  ) -> TailedFile? {
    let path = sighting.key.path
    guard let job = setup.jobs[sighting.target.job] else { return nil }
    if let refusal = job.refusal {
      if !isRepeated { setup.log.error("file is not read", ("path", path), ("reason", refusal)) }
      return nil
    }
    guard let content = found?.content ?? openContent(path, job.compressed?.format, isRepeated: isRepeated),
      case .success(let status) = content.status
    else { return nil }
    var sighting = sighting
    sighting.identity = status.identity
    let countsLines = job.compressed != nil
    let (resume, record) =
      found.map { ($0.resume, $0.record) }
      ?? self.resume(sighting, content, countsLines ? .max : status.size, wasOther: wasOther)
    let stamps = record?.stamps ?? ReadStamps()
    let labels = self.labels(of: sighting)
    let groups = self.groups(job.pipeline.makeState(labels: labels), content, resume, countsLines: countsLines)
    let fingerprint = content.fingerprint(length: Fingerprint.full)
    let number = takeNumber()
    var position = FilePosition(
      path: path, job: sighting.target.jobName, identity: status.identity, fingerprint: fingerprint,
      offsets: resume.offsets, isRotated: found != nil)
    position.stamps = stamps
    let file = TailedFile(
      number: number, life: lives[Int(number)], sighting: sighting, labels: labels, content: content,
      fingerprint: fingerprint,
      stamps: stamps, groups: groups,
      ledgers: setup.clients.map { AckLedger(acked: resume.offsets[$0.name] ?? 0) },
      position: setup.positions.register(position), countsLines: countsLines, series: setup.metrics.series(path))
    if let encoding = job.encoding, case .known(let known) = encoding { begin(file, encodedIn: known) }
    if let compressed = job.compressed, compressed.initialDelay > 0, resume.offsets.values.allSatisfy({ $0 == 0 }) {
      file.notBefore = monotonic + compressed.initialDelay
    }
    file.resumedFrom = record
    // Under the name that it had, another file may be by now.
    if let record, record.path != path || record.identity != status.identity { setup.positions.forgetKnown(record) }
    file.cameAfter = found?.modified ?? setup.clocks.wall() - Self.coarseTime
    files[Int(number)] = file
    setup.log.debug(
      "file opened", ("path", path), ("inode", status.identity.inode), ("size", status.size),
      ("from", resume.offsets.values.min() ?? 0), ("missed", found != nil))
    if content.compression == nil { file.series.fileBytes.set(Double(status.size)) }
    setup.metrics.filesActive.add(1)
    if let inotify, case .success(let watch) = inotify.watch(content.handle) {
      file.watch = watch
      byWatch[watch, default: []].append(file)
    }
    return file
  }

  private func openContent(_ path: String, _ compression: CompressionFormat?, isRepeated: Bool) -> FileContent? {
    switch setup.files.openForReading(path) {
    case .failure(let error):
      setup.metrics.openFailures.add()
      if !isRepeated { setup.log.error("cannot open file; will try again", ("path", path), ("error", error)) }
      return nil
    case .success(let handle):
      let content = FileContent(handle, compression: compression, files: setup.files)
      if case .success(let status) = content.status, status.kind == .regular { return content }
      content.close()
      return nil
    }
  }

  private mutating func takeNumber() -> UInt32 {
    let number = free.popLast() ?? UInt32(files.count)
    if Int(number) == files.count {
      files.append(nil)
      lives.append(0)
    }
    lives[Int(number)] += 1
    return number
  }

  private func groups(_ state: PipelineState, _ content: FileContent, _ resume: Resume, countsLines: Bool)
    -> [ReadGroup]
  {
    var groups: [ReadGroup] = []
    clients.forEach { client in
      let offset = resume.offsets[setup.clients[client].name] ?? 0
      if let place = groups.firstIndex(where: { $0.offset == offset }) {
        groups[place].clients.insert(ClientSet(client: client))
      } else {
        var group = ReadGroup(clients: ClientSet(client: client), offset: offset, state: state)
        if !countsLines { group.tail = content.tail(before: offset) }
        groups.append(group)
      }
    }
    return groups
  }

  private func labels(of sighting: FileSighting) -> LabelSet {
    var labels = sighting.target.labels
    labels["filename"] = sighting.key.path
    return labels
  }

  private func resume(_ sighting: FileSighting, _ content: FileContent, _ size: UInt64, wasOther: Bool) -> (
    Resume, FilePosition?
  ) {
    let path = sighting.key.path
    let job = sighting.target.jobName
    let records = setup.positions.known(path: path, job: job)
    var known = records.first { $0.identity == sighting.identity && !$0.isRotated } ?? begun(sighting)
    // The inode may have been given to another file, or this one was written anew. What a compressed file begins with
    // says nothing about its lines.
    if let candidate = known, content.compression == nil, candidate.fingerprint.length > 0,
      !content.begins(with: candidate.fingerprint)
    {
      known = nil
    }
    let formerly = known == nil ? renamedWhileStopped(sighting, content) : nil
    let inherited =
      formerly == nil && (known == nil || setup.positions.isForeign(path: path))
      ? setup.positions.inherited(path: path, job: job) : nil
    let resume = Resume(
      known: known ?? formerly, inherited: inherited,
      wasOther: wasOther || (known == nil && !records.isEmpty), size: size, clients: setup.clients.map(\.name))
    return (resume, known ?? formerly)
  }

  /// Where another target of the job began to read the same file. What the last run knew of it was for all of them.
  private func begun(_ sighting: FileSighting) -> FilePosition? {
    guard sighting.isShared else { return nil }
    for case let file? in files
    where file.identity == sighting.identity && file.key.path == sighting.key.path
      && file.target.jobName == sighting.target.jobName && !file.isRotated
    {
      return FilePosition(
        path: file.key.path, job: file.target.jobName, identity: file.identity, fingerprint: file.fingerprint,
        offsets: Dictionary(setup.clients.map { ($0.name, file.begunAt) }) { a, _ in a }, isRotated: false)
    }
    return nil
  }

  /// What is known of the file by a name that it had when the last run ended.
  private func renamedWhileStopped(_ sighting: FileSighting, _ content: FileContent) -> FilePosition? {
    setup.positions.known(identity: sighting.identity, job: sighting.target.jobName).first { record in
      guard record.path != sighting.key.path, content.begins(with: record.fingerprint) else { return false }
      // A file may have several names at once; then each counts for itself.
      if case .success(let there) = setup.files.status(at: record.path) { return there.identity != record.identity }
      return true
    }
  }

  /// The path refers to another file now, or to none; this one is read to its end.
  mutating func rotate(_ file: TailedFile) {
    file.phase = .rotated(quietSince: monotonic)
    rotated.insert(file, at: rotated.firstIndex { $0.number > file.number } ?? rotated.count)
    file.rotatedSince = monotonic
    file.isAtEnd = false
    setup.metrics.filesActive.add(-1)
    setup.metrics.rotatedOpen.add(1)
    setup.metrics.forget(path: file.key.path)
    reportPosition(file)
    enqueue(file)
    nextPoll = min(nextPoll, monotonic + 1_000_000_000)
  }

  /// A rotated file has been quiet long enough: a last line without end is sent, then the file is let go.
  mutating func finishRotated(_ file: TailedFile) {
    if !file.isExhausted {
      // What cannot be read now is not at its end.
      if file.isFailing { return enqueue(file) }
      guard sendUnendedLine(file), !isPaused(file), !file.isFailing else { return }
      letGo(file)
    }
    if file.isAcked { close(file, keeping: false) }
  }

  /// Sends the last line of a file that is done with, although its end is missing. False where a client has no room.
  private mutating func sendUnendedLine(_ file: TailedFile) -> Bool {
    var index = 0
    while index < file.groups.count {
      if clientsWithRoom(file, index) != file.groups[index].clients { return false }
      _ = readChunk(file, index, clients: file.groups[index].clients, isLast: true)
      index += 1
    }
    file.mergeGroups()
    return true
  }

  mutating func close(_ file: TailedFile, keeping: Bool) {
    setup.log.debug(
      "file closed", ("path", file.key.path), ("inode", file.identity.inode), ("acked", acked(file)),
      ("position_kept", keeping))
    reportPosition(file)
    if keeping { setup.positions.release(file.position) } else { setup.positions.forget(file.position) }
    unwatch(file)
    file.content.close()
    if file.isRotated {
      setup.metrics.rotatedOpen.add(-1)
      inbox.noteClosed(target: file.key.target, identity: file.identity)
    } else {
      setup.metrics.filesActive.add(-1)
      setup.metrics.forget(path: file.key.path)
    }
    renamedFrom = renamedFrom.filter { $0.value != file.number }
    if file.isRotated {
      rotated.removeAll { $0 === file }
      copies.remove(file.identity)
      if cameAfter.count >= Self.rememberedPaths { cameAfter.removeAll() }
      cameAfter[file.key] = max(cameAfter[file.key] ?? .min, file.cameAfter)
    }
    files[Int(file.number)] = nil
    free.append(file.number)
    ready.removeAll { $0 === file }
    leaveTheLine(file)
    if let next = file.successor { enqueue(next) }
  }

  mutating func unwatch(_ file: TailedFile) {
    guard let watch = file.watch else { return }
    byWatch[watch]?.removeAll { $0 === file }
    if byWatch[watch]?.isEmpty == true {
      byWatch[watch] = nil
      inotify?.remove(watch)
    }
    file.watch = nil
  }
}
