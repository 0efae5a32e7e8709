import Bytes
import GoCompat
import Testing

struct RegexTests {
  private func groups(_ pattern: String, _ text: [UInt8], from: Int = 0) throws -> [String?]? {
    let regex = try GoCompat.Regex(pattern)
    var ranges = [GroupRange](repeating: .none, count: regex.groupCount + 1)
    let found = text.withUnsafeBufferPointer { bytes in
      ranges.withUnsafeMutableBufferPointer { regex.match(bytes, from: from, into: $0) }
    }
    return found ? ranges.map { $0.isMatched ? String(decoding: text[$0.range], as: UTF8.self) : nil } : nil
  }

  @Test func groupsAndNames() throws {
    let regex = try GoCompat.Regex("^(?P<one>\\w+) (?<two>\\w+)(?: (x))?$")
    #expect(regex.groupCount == 3)
    #expect(regex.groupNames == [nil, "one", "two", nil])
    #expect(try groups(regex.pattern, Array("uno dos".utf8)) == ["uno dos", "uno", "dos", nil])
    #expect(try groups(regex.pattern, Array("uno".utf8)) == nil)
  }

  @Test func aNameMayBeGivenTwice() throws {
    let regex = try GoCompat.Regex("(?P<a>x)(?P<a>y)")
    #expect(regex.groupNames == [nil, "a", "a"])
  }

  @Test func parenthesesThatAreNoGroups() throws {
    let regex = try GoCompat.Regex(#"\((?:a)[(](?i)[^)](?P<n>\Q(?P<x>\E)[[:alpha:](]"#)
    #expect(regex.groupNames == [nil, "n"])
    #expect(try groups(regex.pattern, Array("(a(z(?P<x>(".utf8)) == ["(a(z(?P<x>(", "(?P<x>"])
  }

  @Test func eachStrayByteIsOneCharacter() throws {
    let text: [UInt8] = [0x61, 0xFF, 0x62, 0xC3, 0x28]
    let regex = try GoCompat.Regex("^(.)(.)(.*)$")
    var ranges = [GroupRange](repeating: .none, count: 4)
    let found = text.withUnsafeBufferPointer { bytes in
      ranges.withUnsafeMutableBufferPointer { regex.match(bytes, into: $0) }
    }
    #expect(found)
    #expect(ranges.map(\.range) == [0..<5, 0..<1, 1..<2, 2..<5])
    #expect(try groups("[^a]b", text) != nil)
    #expect(try groups("\\x{FFFD}$", [0x61, 0xE4, 0xB8]) != nil)
    #expect(try groups("b.", text, from: 2) != nil)
    #expect(try groups("a", text, from: 1) == nil)
  }

  @Test func matchesAreGos() throws {
    #expect(try groups("foo|foobar", Array("foobar".utf8)) == ["foo"])
    #expect(try groups("a$", Array("a\n".utf8)) == nil)
    #expect(try groups("(?m)a$", Array("a\nb".utf8)) == ["a"])
    #expect(try groups("\\d+", Array("٣٤ 12".utf8)) == ["12"])
    #expect(try groups("x*", []) == [""])
    #expect(try groups("(a)|b", Array("b".utf8)) == ["b", nil])
  }

  @Test func anchoredMeansTheWholeText() throws {
    let regex = try GoCompat.Regex("web|x", anchored: true)
    #expect(regex.matches("web"))
    #expect(!regex.matches("web-17"))
    #expect(!regex.matches("the web"))
  }

  @Test(arguments: [
    ("(?P<a>x", "missing closing )", "(?P<a>x"), ("[a", "missing closing ]", "[a"), ("a)", "unexpected )", "a)"),
    ("*a", "missing argument to repetition operator", "*"), ("a**", "invalid nested repetition operator", "**"),
    ("x{1001}", "invalid repeat count", "{1001}"), ("(x)\\1", "invalid escape sequence", "\\1"),
    ("x(?=y)", "invalid or unsupported Perl syntax", "(?="), ("(?P<a-b>x)", "invalid named capture", "(?P<a-b>"),
    ("\\C", "invalid escape sequence", "\\C"), ("[z-a]", "invalid character class range", "z-a"),
    ("a\\", "trailing backslash at end of expression", "a\\"), ("(?P<>x)", "invalid named capture", "(?P<>"),
  ])
  func refusedInGosWords(pattern: String, message: String, fragment: String) {
    let error = #expect(throws: RegexError.self) { try GoCompat.Regex(pattern) }
    #expect(error?.message == message)
    #expect(error?.fragment == fragment)
    #expect(error?.position != nil)
  }

  @Test(arguments: [
    ("$1", "web"), ("${1}x", "webx"), ("$1x", ""), ("$2/$1", "17/web"), ("${num}.$kind", "17.web"), ("$$1", "$1"),
    ("$9", ""), ("$", "$"), ("a$ b", "a$ b"), ("${", "${"), ("${}", "${}"), ("$0!", "web-17!"), ("$01", ""),
  ])
  func templates(template: String, expected: String) throws {
    let regex = try GoCompat.Regex("(?P<kind>[a-z]+)-(?P<num>\\d+)")
    let groups = try #require(regex.firstMatch("web-17"))
    #expect(RegexTemplate(template, for: regex).expand("web-17", groups) == expected)
  }

  @Test func ofSeveralGroupsWithOneNameTheFirstThatMatchedCounts() throws {
    let regex = try GoCompat.Regex("(?P<a>x)|(?P<a>y)")
    let groups = try #require(regex.firstMatch("y"))
    #expect(RegexTemplate("<$a>", for: regex).expand("y", groups) == "<y>")
  }
}
