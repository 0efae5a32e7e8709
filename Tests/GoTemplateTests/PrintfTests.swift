import Testing

@Suite("printf, print and the printing of values") struct PrintfTests {
  static let cases: [(arguments: String, result: String)] = [
    (#""%s|%q|%v|%10s|%-10s|%.2s" .v .v .v .v .v .v"#, #"añb"c|"añb\"c"|añb"c|     añb"c|añb"c     |añ"#),
    (#""%x|%X|% x|%#x|%.2x" .v .v .v "ab" "abc""#, "61c3b1622263|61C3B1622263|61 c3 b1 62 22 63|0x6162|6162"),
    (#""%t|%T|%%|%v" true .v false"#, "true|string|%|false"),
    (
      #""%d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b" 42 42 42 42 255 255 255 8 8 8 5"#,
      "42|00042|+42| 42|ff|FF|0xff|10|010|0o10|101"
    ),
    (
      #""%c|%U|%#U|%q|%6d|%-6d|%.5d|%-06d|" 65 0x1F600 0x1F600 65 7 7 7 7"#,
      "A|U+1F600|U+1F600 '😀'|'A'|     7|7     |00007|7     |"
    ),
    (#""%d|%x|%05d" -42 -255 -42"#, "-42|-ff|-0042"),
    (
      #""%f|%.2f|%8.3f|%08.3f|%+.1f|%e|%E|%g|%G|%6.1f%%" 3.14159 3.14159 3.14159 -3.14159 1.0 1234.5 1234.5 1e21 0.00001 99.5"#,
      "3.141590|3.14|   3.142|-003.142|+1.0|1.234500e+03|1.234500E+03|1e+21|1E-05|  99.5%"
    ),
    (#""%.3g|%v|%v" 1234.5678 1e6 123456.0"#, "1.23e+03|1e+06|123456"),
    (#""%d" .v"#, "%!d(string=añb\"c)"), (#""%s" 3"#, "%!s(int=3)"), (#""%s %s" .v"#, "añb\"c %!s(MISSING)"),
    (#""%s" .v 3"#, "añb\"c%!(EXTRA int=3)"), (#""%s" .nope"#, "%!s(<nil>)"), (#""%q" .nope"#, "%!q(<nil>)"),
    (#""%v" .nope"#, "<nil>"),
    (#""%z" 1"#, "%!z(int=1)"), (#""%!""#, "%!!(MISSING)"), (#""%""#, "%!(NOVERB)"), (#""%t" 1"#, "%!t(int=1)"),
    (#""%s" true"#, "%!s(bool=true)"),
    (#""%[2]s %[1]s" "a" "b""#, "b a"), (#""%[3]d" 1"#, "%!d(BADINDEX)"),
    (#""%*d|%-*d|%.*f" 5 42 4 1 2 1.5"#, "   42|1   |1.50"),
    (#""%*d" "x" 1"#, "%!(BADWIDTH)1"), (#""%v|%d|%s" (list 1 "a") (list 1 2) (list "a" "b")"#, "[1 a]|[1 2]|[a b]"),
    (
      #""%q|%v|%T|%T" (list "a" "b") (dict "a" 1) (list 1) (dict)"#,
      #"["a" "b"]|map[a:1]|[]interface {}|map[string]interface {}"#
    ),
    (
      #""%#v|%#v|%#v|%#v" "a" (list 1 "x" nil) (dict "k" 2) 5"#,
      #""a"|[]interface {}{1, "x", interface {}(nil)}|map[string]interface {}{"k":2}|5"#
    ),
    (#""%+q|%#q|%q" "é" "raw" "\x00\a\u2028\U0001F600""#, #""\u00e9"|`raw`|"\x00\a\u2028😀""#),
    (#""%T %T %T %T" 1 1.5 true nil"#, "int float64 bool <nil>"),
  ]

  @Test(arguments: cases) func formats(_ item: (arguments: String, result: String)) throws {
    #expect(try render("{{ printf \(item.arguments) }}", ["v": "añb\"c"]) == item.result)
  }

  @Test func bytesThatAreNoTextPass() throws {
    let result = try renderBytes(#"{{ .v }} {{ printf "%q" .v }} {{ len .v }}"#, ["v": [0x61, 0xff, 0xc3]])
    #expect(result == [0x61, 0xff, 0xc3] + Array(#" "a\xff\xc3" 3"#.utf8))
  }

  @Test func printsValues() throws {
    #expect(
      try render(#"{{ print "a" "b" 1 2 "c" 3 }}|{{ println "a" 1 true }}|{{ print 1.0 2.50 nil }}"#)
        == "ab1 2c3|a 1 true\n|1 2.5 <nil>")
    #expect(
      try render(#"{{ 1e6 }} {{ 1e21 }} {{ 100000000.0 }} {{ list 1 "a" true nil }} {{ dict "b" 1 "a" (list) }}"#)
        == "1e+06 1e+21 1e+08 [1 a true <nil>] map[a:[] b:1]")
  }

  @Test func escapes() throws {
    #expect(try render("{{ html .v }}", ["v": "<a href=\"x&'\">"]) == "&lt;a href=&#34;x&amp;&#39;&#34;&gt;")
    #expect(try render("{{ js .v }}", ["v": "<'\"\\\n=é"]) == #"\u003C\'\"\\\u000A\u003Dé"#)
    #expect(try render("{{ urlquery .v \"/\" }}{{ html .nope }}", ["v": "a b+é"]) == "a+b%2B%C3%A9%2F&lt;no value&gt;")
  }
}
