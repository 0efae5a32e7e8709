import Testing

@testable import GoCompat

/// Holds matching by machine code to what RE2 says, over random expressions and texts.
@Suite struct MachineCodeTests {
  private struct Random {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    mutating func expression(_ depth: Int) -> String {
      if depth == 0 {
        let atoms = [
          "a", "b", "c", " ", ".", "\\d", "\\w", "\\s", "\\S", "\\W", "\\D", "[ab]", "[^a]", "[a-c_]", "[\\d.]",
          "[^\\s\"]", "\\.",
          "^", "$", "\\b", "\\B", "1", "\"", "\\t", "[]a]", "[\\]\\-x]", "\\x41", "\\n", "A", "\\A", "\\z", "[^\\w]",
        ]
        return atoms[next(atoms.count)]
      }
      switch next(8) {
      case 0: return expression(depth - 1) + "|" + expression(depth - 1)
      case 1: return "(" + expression(depth - 1) + ")"
      case 2: return "(?:" + expression(depth - 1) + ")"
      case 3:
        let repeats = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"]
        return "(?:" + expression(depth - 1) + ")" + repeats[next(repeats.count)]
      case 4: return "(" + expression(depth - 1) + ")" + ["*", "+", "?"][next(3)]
      case 5: return "(?i:" + expression(depth - 1) + ")"
      default: return expression(depth - 1) + expression(depth - 1)
      }
    }

    mutating func text() -> String {
      let pieces = ["a", "b", "c", "A", "B", " ", "1", "2", ".", "\"", "_", "\t", "\n", "-", "]", "x", "é", "\u{0}"]
      return (0..<next(14)).map { _ in pieces[next(pieces.count - (next(20) == 0 ? 0 : 2))] }.joined()
    }
  }

  @Test(arguments: 0..<40) func both_say_the_same(seed: UInt64) throws {
    var random = Random(state: seed &* 7919)
    var compared = 0
    for _ in 0..<400 {
      let pattern = ["(?i)", "^", "^", "", ""][random.next(5)] + random.expression(random.next(5))
      let anchored = random.next(4) == 0
      guard let fast = try? Regex(pattern, anchored: anchored, usesMachineCode: true), fast.hasMachineCode else {
        continue
      }
      let slow = try Regex(pattern, anchored: anchored, usesMachineCode: false)
      for _ in 0..<25 {
        let text = random.text()
        compared += 1
        #expect(fast.firstMatch(text) == slow.firstMatch(text), "/\(pattern)/ on \(text.debugDescription)")
      }
    }
    #expect(compared > 500)
  }

  @Test(arguments: [
    #"^(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<path>\S+) [^"]*" (?P<status>\d+) (?P<bytes>\d+) "[^"]*" "(?P<agent>[^"]*)"$"#,
    #"level=(?P<level>\w+)"#, #"^\d{4}-\d{2}-\d{2} "#, #"(?i)error|warn(?:ing)?"#, #"/(.*)"#, #"(?P<a>a+)(?P<b>b)?"#,
  ])
  func usual_expressions_run_as_machine_code(pattern: String) throws {
    #expect(try Regex(pattern).hasMachineCode)
  }

  @Test(arguments: [
    (#"^\d{4}-\d{2}-\d{2} "#, true, 11), ("^[A-Z]a", true, 2), (#"^\[x\]"#, true, 3), ("^ab+", false, 1),
    ("^ab{2,3}", false, 1), ("^a(b)", false, 1),
  ])
  func the_leading_bytes_are_known(pattern: String, isWhole: Bool, count: Int) throws {
    let leading = try #require(LeadingBytes(Array(pattern.utf8)))
    #expect(leading.isWhole == isWhole)
    #expect(leading.count == count)
  }

  @Test(arguments: ["a", "^", "^a|b", "^(a)", "^.a", "^[^a]", "^é", #"^\pLa"#, "(?i)^a"])
  func of_other_expressions_no_leading_bytes_are_known(pattern: String) {
    #expect(LeadingBytes(Array(pattern.utf8)) == nil)
  }

  @Test(arguments: [
    "(a*)*", "(?:a?)+", "(|a)+", "\\pL", "(?m)^a$", "é", "[é]", "[[:alpha:]]", "(?U)a+", "(?:^)*", "(?s-i:a)",
    "\\Qa\\E", "\\x{e9}",
  ])
  func what_the_two_may_not_agree_on_is_left_to_RE2(pattern: String) throws {
    #expect(try !Regex(pattern).hasMachineCode)
  }

  @Test func a_match_that_takes_too_long_is_left_to_RE2() throws {
    let regex = try Regex("(a|aa|aaa|a+)+b")
    #expect(regex.hasMachineCode)
    #expect(!regex.matches(String(repeating: "a", count: 5000)))
  }
}
