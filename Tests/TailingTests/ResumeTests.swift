import Positions
import Syscalls
import Testing

@testable import Tailing

@Suite struct ResumeTests {
  private func known(_ offsets: [String: UInt64], isRotated: Bool = false) -> FilePosition {
    FilePosition(
      path: "/a.log", job: "j", identity: FileIdentity(device: 1, inode: 1), fingerprint: .empty, offsets: offsets,
      isRotated: isRotated)
  }

  @Test func a_new_file_is_read_from_its_beginning() {
    let resume = Resume(known: nil, inherited: nil, wasOther: false, size: 10, clients: ["c"])
    #expect(resume.offsets == ["c": 0])
  }

  @Test func an_offset_of_promtail_is_taken_over() {
    let resume = Resume(known: nil, inherited: 7, wasOther: false, size: 10, clients: ["c"])
    #expect(resume.offsets == ["c": 7])
  }

  @Test func each_client_goes_on_where_it_was() {
    let resume = Resume(
      known: known(["c": 5, "d": 9]), inherited: 5, wasOther: false, size: 10, clients: ["c", "d", "new"])
    #expect(resume.offsets == ["c": 5, "d": 9, "new": 5])
  }

  @Test func a_positions_file_changed_since_is_the_newer_word() {
    let resume = Resume(known: known(["c": 5]), inherited: 8, wasOther: false, size: 10, clients: ["c"])
    #expect(resume.offsets == ["c": 8])
  }

  @Test func another_file_under_the_path_begins_at_its_beginning() {
    let resume = Resume(known: nil, inherited: 8, wasOther: true, size: 10, clients: ["c"])
    #expect(resume.offsets == ["c": 0])
  }

  @Test func an_offset_beyond_the_end_counts_as_the_beginning() {
    let resume = Resume(known: nil, inherited: 5000, wasOther: false, size: 10, clients: ["c"])
    #expect(resume.offsets == ["c": 0])
  }
}
