import Positions
import Syscalls
import Testing

@testable import Tailing

@Suite struct ReaderAssignmentTests {
  private func assignment(known: [FilePosition] = []) -> ReaderAssignment {
    ReaderAssignment(readers: 2, known: known, now: 0)
  }

  private func position(_ path: String, acked: UInt64) -> FilePosition {
    FilePosition(
      path: path, job: "j", identity: FileIdentity(device: 1, inode: 1), fingerprint: .empty, offsets: ["c": acked],
      isRotated: false)
  }

  @Test func whereThereIsLittleToReadOneReaderReadsItAll() {
    var assignment = assignment()
    for number in 0..<100 { #expect(assignment.reader(of: "/\(number)", size: 1000) == 0) }
  }

  @Test func readersTakeEqualSharesOfMuch() {
    var assignment = assignment()
    var bytes: [UInt64] = [0, 0]
    for number in 0..<20 {
      let size = UInt64(number % 3 + 2) << 20
      bytes[assignment.reader(of: "/\(number)", size: size)] += size
    }
    #expect(max(bytes[0], bytes[1]) - min(bytes[0], bytes[1]) <= 4 << 20)
  }

  @Test func manyFilesWithLittleAreMuch() {
    var assignment = assignment()
    let readers = (0..<400).map { assignment.reader(of: "/\($0)", size: 500_000) }
    #expect((190...210).contains(readers.count { $0 == 0 }))
    // Another day.
    assignment.note(worked: [1, 1], at: 10_000_000_000)
    #expect(assignment.reader(of: "/new", size: 1) == 0)
  }

  @Test func aPathStaysWithItsReader() {
    var assignment = assignment()
    let first = (0..<4).map { assignment.reader(of: "/\($0)", size: 5 << 20) }
    #expect(Set(first) == [0, 1])
    assignment.note(worked: [9_000_000_000, 0], at: 10_000_000_000)
    for number in 0..<4 { #expect(assignment.reader(of: "/\(number)", size: 0) == first[number]) }
  }

  @Test func whatTheLastRunReadIsNotToBeRead() {
    var assignment = assignment(known: (0..<10).map { position("/\($0)", acked: 50 << 20) })
    for number in 0..<10 { #expect(assignment.reader(of: "/\(number)", size: 50 << 20) == 0) }
  }

  @Test func aBusyReaderGetsNoMorePaths() {
    var assignment = assignment()
    #expect(assignment.reader(of: "/a", size: 1) == 0)
    assignment.note(worked: [9_000_000_000, 1_000_000], at: 10_000_000_000)
    #expect(assignment.reader(of: "/b", size: 1) == 1)
    assignment.note(worked: [9_000_000_001, 1_000_001], at: 20_000_000_000)
    #expect(assignment.reader(of: "/c", size: 1) == 0)
  }

  @Test func onlyPathsThatAreGoneAreForgotten() {
    var assignment = assignment()
    let readers = (0..<20_000).map { assignment.reader(of: "/\($0)", size: 5 << 20) }
    assignment.forget(beyond: 10) { Set((0..<20_000).map { "/\($0)" }.filter { $0.hasSuffix("7") }) }
    for number in stride(from: 7, to: 20_000, by: 10) {
      #expect(assignment.reader(of: "/\(number)", size: 0) == readers[number])
    }
  }
}
