import Decompression
import Delivery
import LogModel
import Pipeline
import Positions
import Syscalls
import Telemetry

// What rotation has done behind the reader's back: files that were renamed, compressed or copied away before they were
// read to their end, and files that were emptied.
extension Reader {
  // MARK: - Files that were missed

  /// The files that once lay under the path and are not read to their end: that of the last run, renamed or compressed
  /// meanwhile, and those that came and went since without being seen. They are read first, in the order of their age.
  /// - Parameters:
  ///   - last: the file that the path referred to before, if it is open.
  ///   - left: what the last run knew of other files of the path.
  /// - Returns: the last of them, which the new file follows.
  mutating func openMissed(_ sighting: FileSighting, after last: TailedFile?, _ left: [FilePosition]) -> TailedFile? {
    guard last != nil || !left.isEmpty || cameAfter[sighting.key] != nil else { return nil }
    if setup.jobs[sighting.target.job]?.compressed != nil { return last }
    let siblings = RotatedSiblings(of: sighting.key.path, files: setup.files)
    var missed = findKnown(left, siblings, sighting)
    missed += findUnknown(after: last, missed, left.map(\.fingerprint), siblings, sighting)
    var chain = last
    for one in missed.sorted(by: { $0.modified < $1.modified }) {
      guard let file = open(sighting, found: one, wasOther: false) else { continue }
      file.isReadFromCopy = one.isCopy
      rotate(file)
      file.predecessor = chain
      chain?.successor = file
      chain = file
    }
    if !missed.isEmpty {
      setup.log.info(
        "reads the rest of files that were rotated meanwhile", ("path", sighting.key.path), ("files", missed.count))
    }
    return chain
  }

  /// The same where nothing took the file's place.
  mutating func readMissed(_ sighting: FileSighting, after last: TailedFile?) {
    let known = setup.positions.known(path: sighting.key.path, job: sighting.target.jobName)
    setup.positions.noteFound(path: sighting.key.path, job: sighting.target.jobName)
    if let chain = openMissed(sighting, after: last, known) { renamedFrom[sighting.key] = chain.number }
  }

  /// The file that lay under a path last and is still held open.
  func lastRotated(_ key: FileKey) -> TailedFile? {
    rotated.lazy.filter { $0.key == key }.max { $0.cameAfter < $1.cameAfter }
  }

  private mutating func findKnown(_ left: [FilePosition], _ siblings: RotatedSiblings, _ sighting: FileSighting)
    -> [MissedFile]
  {
    if left.isEmpty { return [] }
    var missed: [MissedFile] = []
    let glob = Glob(sighting.target.path)
    let all = siblings.candidates { _ in true }.sorted { $0.status.modified > $1.status.modified }
    for record in left {
      // The inode is the best sign; of copies the newest.
      let candidates = all.filter { $0.status.identity == record.identity } + all
      var found: MissedFile?
      var isFoundByItself = false
      for candidate in candidates where found == nil {
        let isSame = candidate.status.identity == record.identity
        let name = String(candidate.path.dropFirst(siblings.directory.count + 1))
        guard isSame || RotatedName.isSibling(name, of: siblings.base) else { continue }
        // Under a name that matches it is found by itself.
        if isSame, !record.isRotated, glob?.matches(candidate.path) == true {
          isFoundByItself = true
          break
        }
        found = open(candidate, siblings, as: record)
      }
      if isFoundByItself { continue }
      if let found {
        missed.append(found)
        if found.identity != record.identity { readElsewhere(found.identity) }
      } else if !candidates.contains(where: { $0.status.identity == record.identity }) {
        setup.log.info(
          "a file went away while nothing was read; what was written to it after this is not to be had",
          ("path", record.path), ("acked", record.acked))
      }
      setup.positions.forgetKnown(record)
      if let rewritten = openRewritten(record, all, siblings, missed, glob) { missed.append(rewritten) }
    }
    return missed
  }

  /// The file that the record is about, where it was emptied and written anew before it was renamed.
  private func openRewritten(
    _ record: FilePosition, _ candidates: [RotatedSiblings.Candidate], _ siblings: RotatedSiblings,
    _ missed: [MissedFile], _ glob: Glob?
  ) -> MissedFile? {
    guard record.fingerprint.length > 0,
      let candidate = candidates.first(where: { $0.status.identity == record.identity }),
      candidate.compression == nil, candidate.status.size > 0, glob?.matches(candidate.path) != true,
      !missed.contains(where: { $0.identity == record.identity }), let content = siblings.open(candidate, as: nil)
    else { return nil }
    if content.begins(with: record.fingerprint) {
      content.close()
      return nil
    }
    return MissedFile(
      content: content, identity: candidate.status.identity, resume: fromTheBeginning, record: nil,
      modified: candidate.status.modified)
  }

  private var fromTheBeginning: Resume {
    Resume(known: nil, inherited: nil, wasOther: true, size: .max, clients: setup.clients.map(\.name))
  }

  /// The candidate, if it is the file that the record is about: the same inode, a copy, or compressed.
  private func open(_ candidate: RotatedSiblings.Candidate, _ siblings: RotatedSiblings, as record: FilePosition)
    -> MissedFile?
  {
    let isSame = candidate.status.identity == record.identity
    for compression in candidate.compression.map({ [$0, nil] }) ?? [nil] {
      guard let content = siblings.open(candidate, as: compression) else { return nil }
      let fits =
        record.fingerprint.length == 0
        ? isSame && compression == nil
        : content.begins(with: record.fingerprint)
          && (isSame || record.acked > 0 || record.fingerprint.length >= Fingerprint.telling)
      if fits {
        let size = compression == nil ? candidate.status.size : UInt64.max
        // Its writer may hold it still; a copy that was read is done with.
        if isSame || size > record.acked {
          return MissedFile(
            content: content, identity: candidate.status.identity,
            resume: Resume(
              known: record, inherited: nil, wasOther: false, size: size, clients: setup.clients.map(\.name)),
            record: record, modified: candidate.status.modified)
        }
      }
      content.close()
    }
    return nil
  }

  /// Siblings that were written after the last file that is known: they came and went unseen.
  private func findUnknown(
    after last: TailedFile?, _ missed: [MissedFile], _ known: [Fingerprint], _ siblings: RotatedSiblings,
    _ sighting: FileSighting
  ) -> [MissedFile] {
    var seen = Set(files.lazy.compactMap { $0?.identity })
    seen.insert(sighting.identity)
    seen.formUnion(missed.lazy.map(\.identity))
    guard let since = last?.cameAfter ?? cameAfter[sighting.key] ?? setup.positions.savedByLastRun else { return [] }
    let finished = setup.positions.finished(path: sighting.key.path, job: sighting.target.jobName)
    var beginnings = finished + known.filter { $0.length >= Fingerprint.telling }
    for case let file? in files where file.key == sighting.key && file.fingerprint.length > 0 {
      beginnings.append(file.fingerprint)
    }
    let glob = Glob(sighting.target.path)
    return siblings.candidates { RotatedName.isSibling($0, of: siblings.base) }.compactMap { candidate in
      guard candidate.status.modified > since, !seen.contains(candidate.status.identity),
        glob?.matches(candidate.path) != true,
        let content = siblings.open(candidate, as: candidate.compression)
      else { return nil }
      // A tool may have compressed or copied what was read already.
      if beginnings.contains(where: { content.begins(with: $0) }) || content.fingerprint(length: 1).length == 0 {
        content.close()
        return nil
      }
      return MissedFile(
        content: content, identity: candidate.status.identity, resume: fromTheBeginning, record: nil,
        modified: candidate.status.modified)
    }
  }

  // MARK: - Files that were emptied

  /// The file is shorter than what was read of it, or other bytes stand there: it was truncated and written anew. Its
  /// rest is read from a copy, if there is one, and then what it holds now.
  mutating func startAnew(_ file: TailedFile) {
    if file.isReadFromCopy {
      exhaust(file)
      if let next = file.successor { enqueue(next) }
      return
    }
    setup.metrics.truncations.add()
    let furthest = file.groups.max { $0.offset < $1.offset }!
    let former = TruncatedContent(fingerprint: file.fingerprint, offset: furthest.offset, tail: furthest.tail)
    let least = file.groups.lazy.map(\.offset).min() ?? 0
    let wasCurrent = current[file.key] === file
    let sighting = FileSighting(key: file.key, target: file.target, identity: file.identity)
    let copy = copyHolding(former, of: file)
    setup.log.info(
      "file was truncated and is read from its beginning", ("path", file.key.path), ("read", least),
      ("copy", copy?.path ?? "none"))
    if wasCurrent {
      if truncated.count >= Self.rememberedPaths { truncated.removeAll() }
      truncated[file.key] = former
      current[file.key] = nil
      rotate(file)
    }
    let fresh = open(
      sighting,
      found: MissedFile(
        content: file.content.handOver(), identity: sighting.identity, resume: fromTheBeginning, record: nil,
        modified: setup.clocks.wall() - Self.coarseTime),
      wasOther: true)
    if let fresh {
      if wasCurrent { current[file.key] = fresh } else { rotate(fresh) }
      reportPosition(fresh)
    }
    unwatch(file)
    if let copy {
      exchange(file, for: copy)
    } else {
      exhaust(file)
    }
    guard let fresh else { return }
    // What it held after that may have been copied away and emptied too.
    let later = file.successor
    let chain = openMissed(sighting, after: file, []) ?? file
    fresh.successor = later
    later?.predecessor = fresh
    fresh.predecessor = chain
    chain.successor = fresh
    enqueue(fresh)
  }

  private func copyHolding(_ former: TruncatedContent, of file: TailedFile) -> (path: String, content: FileContent)? {
    if file.fingerprint.length == 0 || file.countsLines { return nil }
    let siblings = RotatedSiblings(of: file.key.path, files: setup.files)
    for candidate in siblings.candidates(where: { RotatedName.isSibling($0, of: siblings.base) })
    where candidate.status.identity != file.identity {
      if candidate.compression == nil, candidate.status.size < former.offset { continue }
      guard let content = siblings.open(candidate, as: candidate.compression) else { continue }
      if former.isHeld(by: content) { return (candidate.path, content) }
      content.close()
    }
    return nil
  }

  /// The rest of the file is read from a copy of it; what was read and is not acknowledged yet stays its own.
  private mutating func exchange(_ file: TailedFile, for copy: (path: String, content: FileContent)) {
    file.content.close()
    file.content = copy.content
    file.isAtEnd = false
    file.isReadFromCopy = true
    if case .success(let status) = copy.content.status { file.identity = status.identity }
    readElsewhere(file.identity, by: file)
    reportPosition(file)
    enqueue(file)
  }

  /// A copy is read in the place of what it was made of; found under its own name too, it is not read a second time.
  private mutating func readElsewhere(_ identity: FileIdentity, by reading: TailedFile? = nil) {
    copies.insert(identity)
    for case let other? in files where other !== reading && other.identity == identity { other.isCopy = true }
  }

  private mutating func exhaust(_ file: TailedFile) {
    let destroyed = file.series.fileBytes.current - Double(file.groups.lazy.map(\.offset).min() ?? 0)
    if destroyed > 0, !file.countsLines { setup.metrics.destroyedBytes.add(Int(destroyed)) }
    letGo(file)
    file.isExhausted = true
    file.isAtEnd = true
    // Nothing of it can be read again, so nothing is to be remembered.
    setup.positions.forget(file.position)
  }

  // MARK: - Copies under a name that matches

  /// A new file may be the copy that a truncating rotation makes, under a name that matches too.
  func noteOriginal(of file: TailedFile) {
    let place = RotatedSiblings(of: file.key.path, files: setup.files)
    for base in RotatedName.bases(of: place.base) {
      let key = FileKey(target: file.key.target, path: place.directory + "/" + base)
      if current[key] != nil { file.original = key }
    }
  }

  /// Whether the file, of which nothing was read yet, holds the same as the one it may be a copy of.
  func isCopy(_ file: TailedFile) -> Bool {
    if copies.contains(file.identity), !file.isRotated, file.original != nil { return true }
    guard let key = file.original, file.groups.allSatisfy({ $0.offset == 0 }) else { return false }
    if let former = truncated[key], former.fingerprint.length > 0, former.isHeld(by: file.content) { return true }
    guard let original = current[key], original !== file else { return false }
    // It may have been truncated already, without having been looked at since.
    let furthest = original.groups.max { $0.offset < $1.offset }
    let remembered = TruncatedContent(
      fingerprint: original.fingerprint, offset: furthest?.offset ?? 0, tail: furthest?.tail ?? ReadTail())
    if remembered.fingerprint.length > 0, remembered.isHeld(by: file.content) { return true }
    guard original.content.compression == nil, case .success(let status) = file.content.status, status.size > 0
    else { return false }
    let head = file.content.fingerprint(length: Fingerprint.full)
    guard original.content.begins(with: head) else { return false }
    let tail = file.content.tail(before: status.size)
    return tail.count > 0 && original.content.holds(tail, before: status.size)
  }
}
