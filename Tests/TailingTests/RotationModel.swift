import SwiftailTesting

@testable import Tailing

/// A program that writes numbered lines and tools that rotate its file, while the agent runs, stops and is killed; and what
/// of it must arrive.
struct RotationModel {
  let world: TailingWorld
  private var random: SeededGenerator
  private let path = "/l/app.log"
  private var next = 0
  /// Lines by the inode they were written to. Those of a file that is copied count for the copy too.
  private var linesOf: [UInt64: [Int]] = [:]
  /// The file that each line was written to first: within it, order holds.
  private var origin: [Int: UInt64] = [:]
  private let compresses: Bool
  private let copies: Bool
  /// Files that are found each by itself at a first start are read side by side.
  private let keepsOrder: Bool
  private var lastLook: Int64 = 0
  /// The beginning of a line whose end was not written yet.
  private var begun: Int?
  /// What the program still holds open although it was renamed.
  private var late: (inode: UInt64, until: Int64)?
  /// Files that have no name any more, or whose content only an open descriptor has.
  private var fragile: Set<UInt64> = []
  /// Files that were emptied, lines and all, and that nobody has looked at since. Renamed or killed over, such a file is
  /// beyond telling.
  private var torn: Set<UInt64> = []
  private var beyondTelling: Set<UInt64> = []
  /// Lines that were destroyed before anybody could have read them.
  private(set) var optional: Set<Int> = []
  /// Exact copies are allowed after these.
  private(set) var wasKilled = false
  /// What was done, for a failing seed.
  private(set) var history: [String] = []

  /// - Parameters:
  ///   - compresses: rotated files are compressed; not where the pattern takes what comes of it for lines.
  ///   - copies: rotated by copying and emptying, too.
  init(seed: UInt64, pattern: String, clients: Int = 1, compresses: Bool = true, copies: Bool = true) throws {
    self.copies = copies
    self.compresses = compresses
    keepsOrder = !pattern.hasSuffix("*")
    world = TailingWorld(pattern: pattern, clients: (0..<clients).map { "c\($0)" })
    random = SeededGenerator(seed: seed)
    world.files.append("/l/other", "")
    try world.start()
  }

  // MARK: - One step

  mutating func step() throws {
    // No two things happen in one nanosecond.
    world.clock.advance(seconds: 1e-6)
    let choice = Int.random(in: 0..<100, using: &random)
    switch choice {
    case 0..<26: write(Int.random(in: 1...12, using: &random))
    case 26..<31: writePart()
    case 31..<47: advance()
    case 47..<55: look()
    case 55..<65: world.take()
    case 65..<73: world.answer(Int.random(in: 1...3, using: &random))
    case 73..<78: rename()
    case 78..<81: copyTruncate()
    case 81..<82: truncate()
    case 82..<83: remove()
    case 83..<87: compress()
    case 87..<90: outage()
    case 90..<93:
      look()
      world.savePositions()
    case 93..<95: try kill()
    case 95..<97: try stop()
    default: try start()
    }
    world.read()
  }

  private mutating func note(_ what: String) {
    history.append(what)
    world.clock.advance(seconds: 1e-6)
  }

  private func line(_ number: Int) -> String { "line \(number) of the program's own words and nothing else" }

  // MARK: - The program

  private mutating func write(_ count: Int) {
    finishPart()
    for _ in 0..<count {
      append(line(next) + "\n", number: next)
      next += 1
    }
    note("write to \(next)")
  }

  private mutating func append(_ text: String, number: Int?) {
    let now = world.clock.wall()
    if let held = late, held.until > now, Bool.random(using: &random) {
      world.files.append(inode: held.inode, Array(text.utf8))
      if let number { wrote(number, to: held.inode) }
    } else {
      world.files.append(path, text)
      if let number { wrote(number, to: world.files.inode(path)!) }
    }
  }

  private mutating func wrote(_ number: Int, to inode: UInt64) {
    linesOf[inode, default: []].append(number)
    origin[number] = inode
  }

  private mutating func writePart() {
    guard begun == nil else { return finishPart() }
    let text = line(next)
    world.files.append(path, String(text.prefix(text.count / 2)))
    begun = next
    next += 1
    note("part of \(begun!)")
  }

  private mutating func finishPart() {
    guard let number = begun else { return }
    let text = line(number)
    world.files.append(path, String(text.dropFirst(text.count / 2)) + "\n")
    wrote(number, to: world.files.inode(path)!)
    begun = nil
    note("rest of \(number)")
  }

  // MARK: - Tools

  private func name(_ number: Int) -> String { number == 0 ? path : "\(path).\(number)" }

  /// The oldest goes, the others move up.
  private mutating func shift() {
    finishPart()
    lose("\(name(3)).gz")
    lose(name(3))
    for number in [2, 1] {
      for ending in ["", ".gz"] where world.files.inode(name(number) + ending) != nil {
        _ = world.files.rename(name(number) + ending, to: name(number + 1) + ending)
      }
    }
  }

  /// A name is taken away.
  private mutating func lose(_ path: String) {
    guard let inode = world.files.inode(path) else { return }
    if world.files.isOpen(inode: inode), world.isRunning {
      fragile.insert(inode)
    } else {
      forgive(inode)
    }
    world.files.remove(path)
  }

  private var arrived: Set<Int> {
    let all = world.delivered.map { Set($0.compactMap { number(of: $0.line) }) }
    return all.dropFirst().reduce(all[0]) { $0.intersection($1) }
  }

  func number(of line: String) -> Int? {
    let words = line.split(separator: " ")
    return words.count > 1 && words[0] == "line" ? Int(words[1]) : nil
  }

  private mutating func forgive(_ inode: UInt64) { optional.formUnion(Set(linesOf[inode] ?? []).subtracting(arrived)) }

  /// A file that came since the last look is on its way again. Where nothing is known of the path, nobody can tell that
  /// there was one; as long as the agent runs, it is told of new files at once.
  private mutating func beforeLeaving(_ inode: UInt64) {
    world.wake()
    world.read()
    if world.isRunning, !world.sees(path) { look() }
    if !world.knows(path) {
      forgive(inode)
      beyondTelling.insert(inode)
    }
    if torn.contains(inode) { beyondTelling.insert(inode) }
  }

  private mutating func look() {
    world.look()
    world.read()
    lastLook = world.clock.wall()
    if world.isRunning, world.up.count == world.delivered.count { torn = [] }
  }

  private mutating func rename() {
    guard let inode = world.files.inode(path) else { return }
    beforeLeaving(inode)
    shift()
    _ = world.files.rename(path, to: name(1))
    late = (inode, world.clock.wall() + 2_000_000_000)
    note("rename")
    if Bool.random(using: &random) { write(1) }
  }

  private mutating func copyTruncate() {
    guard copies, let bytes = world.files.bytes(path), !bytes.isEmpty, let inode = world.files.inode(path) else {
      return
    }
    beforeLeaving(inode)
    if let held = late, held.until > world.clock.wall() { return }
    shift()
    let all = world.files.bytes(path)!
    world.files.append(name(1), all)
    if Bool.random(using: &random) { world.look() }
    if Bool.random(using: &random) { world.read() }
    world.files.truncate(path)
    linesOf[world.files.inode(name(1))!] = linesOf[inode]
    linesOf[inode] = []
    note("copytruncate")
  }

  private mutating func truncate() {
    guard let inode = world.files.inode(path) else { return }
    finishPart()
    forgive(inode)
    world.files.truncate(path)
    linesOf[inode] = []
    torn.insert(inode)
    note("truncate")
  }

  private mutating func remove() {
    guard let inode = world.files.inode(path) else { return }
    finishPart()
    if torn.contains(inode) { beyondTelling.insert(inode) }
    lose(path)
    note("remove")
  }

  private mutating func compress() {
    guard compresses, let bytes = world.files.bytes(name(1)), let inode = world.files.inode(name(1)),
      let modified = world.files.modified(name(1))
    else { return }
    if late?.inode == inode, late!.until > world.clock.wall() { return }
    world.files.append(name(1) + ".gz", StoredGzip.wrap(bytes))
    world.files.setModified(name(1) + ".gz", modified)
    linesOf[world.files.inode(name(1) + ".gz")!] = linesOf[inode]
    world.files.remove(name(1))
    note("gzip")
  }

  // MARK: - The agent and its surroundings

  private mutating func advance() {
    world.clock.advance(seconds: Double.random(in: 0.01...2, using: &random))
    if world.clock.wall() - lastLook > 2_000_000_000 { look() }
  }

  private mutating func outage() {
    world.up = world.up.isEmpty ? Set(world.delivered.indices) : []
    note("clients up: \(world.up)")
  }

  private mutating func kill() throws {
    guard world.isRunning else { return }
    if Bool.random(using: &random) { world.answerIsLost() }
    world.kill()
    wasKilled = true
    beyondTelling.formUnion(torn)
    for inode in fragile { forgive(inode) }
    fragile = []
    note("kill")
  }

  private mutating func stop() throws {
    guard world.isRunning else { return }
    look()
    world.stop()
    beyondTelling.formUnion(torn)
    for inode in fragile { forgive(inode) }
    fragile = []
    note("stop")
  }

  private mutating func start() throws {
    guard !world.isRunning else { return }
    try world.start()
    note("start")
  }

  // MARK: - The end

  /// Lets everything arrive, and tells what is wrong.
  mutating func faults() throws -> [String] {
    finishPart()
    try start()
    world.settle()
    var faults: [String] = []
    for (number, inode) in origin where beyondTelling.contains(inode) { optional.insert(number) }
    for (client, delivered) in world.delivered.enumerated() {
      var seen: [Int: TailingWorld.Delivered] = [:]
      var last: [UInt64: Int] = [:]
      for entry in delivered {
        guard let number = number(of: entry.line), line(number) == entry.line else {
          // A line that was never finished counts as it is.
          faults.append("client \(client) got what was never written: \(entry.line)")
          continue
        }
        if let before = seen[number] {
          if !wasKilled {
            faults.append("client \(client) got line \(number) twice")
          } else if keepsOrder, before != entry {
            // Under a pattern that takes rotated files too, one that is found again has its new name in its labels.
            faults.append("client \(client) got line \(number) again, with another time or other labels")
          }
          continue
        }
        let file = origin[number] ?? 0
        // What was destroyed leaves nothing to tell the order of the rest by.
        if keepsOrder, !wasKilled, optional.isEmpty, let before = last[file], number < before {
          faults.append("client \(client) got line \(number) after \(before)")
        }
        last[file] = max(last[file] ?? 0, number)
        seen[number] = entry
      }
      let missing = (0..<next).filter { seen[$0] == nil && !optional.contains($0) }
      if !missing.isEmpty { faults.append("client \(client) never got \(missing)") }
    }
    return faults
  }
}
