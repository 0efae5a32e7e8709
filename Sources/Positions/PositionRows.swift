import Syscalls

/// Names a file's row in the table for as long as it is read.
public struct PositionHandle: Hashable, Sendable {
  fileprivate let row: UInt32
  /// Counts what the row is used for, and that it is free.
  fileprivate let life: UInt32
}

/// The positions of the files that are being read.
struct PositionRows {
  private var rows: [FilePosition?] = []
  private var lives: [UInt32] = []
  private var free: [UInt32] = []
  /// The rows in use by path, job and inode; nil when that is to be found out.
  private var order: [UInt32]?

  var all: [FilePosition] { rows.compactMap { $0 } }

  func forEach(_ body: (FilePosition) -> Void) { for case let position? in rows { body(position) } }

  mutating func add(_ position: FilePosition) -> PositionHandle {
    order = nil
    if let row = free.popLast() {
      rows[Int(row)] = position
      return PositionHandle(row: row, life: lives[Int(row)])
    }
    rows.append(position)
    lives.append(0)
    return PositionHandle(row: UInt32(rows.count - 1), life: 0)
  }

  subscript(handle: PositionHandle) -> FilePosition? { isInUse(handle) ? rows[Int(handle.row)] : nil }

  /// Changes a row in its place.
  /// - Returns: nil when the file is not read any more.
  mutating func change<Result>(_ handle: PositionHandle, _ body: (inout FilePosition) -> Result) -> Result? {
    guard isInUse(handle) else { return nil }
    let path = rows[Int(handle.row)]!.path
    defer { if rows[Int(handle.row)]!.path != path { order = nil } }
    return body(&rows[Int(handle.row)]!)
  }

  mutating func remove(_ handle: PositionHandle) -> FilePosition? {
    guard isInUse(handle) else { return nil }
    order = nil
    free.append(handle.row)
    lives[Int(handle.row)] += 1
    return rows[Int(handle.row)].take()
  }

  /// All of them and others, by path, job and inode.
  mutating func sorted(with others: [FilePosition]) -> [FilePosition] {
    if order == nil {
      let all = rows.indices.filter { rows[$0] != nil }
      order = all.sorted { FilePosition.isBefore(rows[$0]!, rows[$1]!) }.map { UInt32($0) }
    }
    let sorted = order!.map { rows[Int($0)]! }
    return others.isEmpty ? sorted : (sorted + others).sorted(by: FilePosition.isBefore)
  }

  private func isInUse(_ handle: PositionHandle) -> Bool { lives[Int(handle.row)] == handle.life }
}

extension FilePosition {
  static func isBefore(_ a: FilePosition, _ b: FilePosition) -> Bool {
    a.path != b.path ? a.path < b.path : (a.job, a.identity.inode) < (b.job, b.identity.inode)
  }
}
